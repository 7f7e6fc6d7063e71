// The pair as a file, with its dashed words and what the lines mean; and the address of the page, copied.
function toolsOf(content) {
  const bar = make("div", { class: "tools" });
  const actions = [["Copy link", "Copy the address of this very view", copyLink]];
  actions.push(["Save SVG", "Save this figure as SVG", () => saveSvg(content())], ["Save PNG", "Save this figure as PNG", () => savePng(content())]);
  for (const [label, title, act] of actions) {
    const button = make("button", { type: "button", class: "tool", title });
    button.textContent = label;
    button.addEventListener("click", () => act(button));
    bar.append(button);
  }
  return bar;
}

async function copyLink(button) {
  const address = window.location.href;
  try {
    await navigator.clipboard.writeText(address);
  } catch { // an address without https, or a browser that asks: the old way
    const field = make("textarea", { style: "position:fixed;opacity:0" });
    field.value = address;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 1500);
}

function pictureOf({ root, sides, paths, data }) {
  const frame = root.getBoundingClientRect(), style = getComputedStyle(root);
  const bottom = Math.max(...sides.flatMap(({ chips }) => chips.map((chip) => chip.getBoundingClientRect().bottom))) - frame.top + 12;
  const explained = legendOf(data.legend ?? [], frame.width, bottom, style);
  const [width, height] = [frame.width, bottom + explained.height];
  const svg = make("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` }, SVG);
  svg.append(make("rect", { width: "100%", height: "100%", fill: style.getPropertyValue("--paper") || "#fff" }, SVG));
  for (const { path } of paths.values()) {
    const look = getComputedStyle(path);
    const attributes = { d: path.getAttribute("d"), fill: "none", stroke: look.stroke, "stroke-width": look.strokeWidth };
    svg.append(make("path", { ...attributes, "stroke-opacity": look.strokeOpacity, "stroke-dasharray": look.strokeDasharray }, SVG));
  }
  for (const chip of sides.flatMap(({ chips }) => chips)) {
    const box = chip.getBoundingClientRect(), look = getComputedStyle(chip);
    const at = { x: box.left - frame.left, y: box.top - frame.top, width: box.width, height: box.height };
    const dashes = look.borderStyle === "dashed" ? { "stroke-dasharray": "4 3", "stroke-width": 1.5 } : {};
    const fill = look.backgroundColor === "rgba(0, 0, 0, 0)" ? "none" : look.backgroundColor;
    svg.append(make("rect", { ...at, rx: 6, fill, stroke: look.borderTopColor, ...dashes }, SVG));
    svg.append(written(chip.textContent, at.x + at.width / 2, at.y + at.height / 2, look, "middle"));
  }
  svg.append(...explained.parts);
  return { svg: new XMLSerializer().serializeToString(svg), width, height };
}

function legendOf(entries, width, top, style) {
  const parts = [], color = style.getPropertyValue("--st-text-color") || "#222";
  let [x, y] = [10, top + 16];
  for (const { meaning, color: stroke, dashes, boxed } of entries) {
    const room = 46 + meaning.length * 7;
    if (x > 10 && x + room > width) [x, y] = [10, y + 20];
    if (boxed) parts.push(make("rect", { x, y: y - 6, width: 24, height: 12, rx: 4, fill: "none", stroke: color, "stroke-dasharray": "4 3" }, SVG));
    else parts.push(make("path", { d: `M${x},${y} h24`, stroke, "stroke-width": 3, "stroke-dasharray": dashes, fill: "none" }, SVG));
    parts.push(written(meaning, x + 30, y, { color, fontSize: "12px" }, "start"));
    x += room;
  }
  return { parts, height: entries.length ? y - top + 16 : 0 };
}

function written(text, x, y, { color, fontSize }, anchor) {
  const place = { x, y, "text-anchor": anchor, "dominant-baseline": "central" };
  const element = make("text", { ...place, fill: color, "font-family": "sans-serif", "font-size": fontSize }, SVG);
  element.textContent = text;
  return element;
}

function saveAs(url, name) {
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const svgUrl = (text) => URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
const saveSvg = (content) => saveAs(svgUrl(pictureOf(content).svg), `${content.data.name}.svg`);

function savePng(content) {
  const { svg, width, height } = pictureOf(content);
  const image = new Image();
  image.onload = () => {
    const canvas = make("canvas", { width: width * 2, height: height * 2 });
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.drawImage(image, 0, 0);
    canvas.toBlob((blob) => saveAs(URL.createObjectURL(blob), `${content.data.name}.png`));
  };
  image.src = svgUrl(svg);
}
