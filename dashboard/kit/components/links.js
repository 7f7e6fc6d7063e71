// Two sentences as chips with lines between them. All text arrives as data and is only ever set as textContent.
const SVG = "http://www.w3.org/2000/svg";
const make = (tag, properties = {}, space = null) => {
  const element = space ? document.createElementNS(space, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
  return element;
};

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".pair");
  // A click runs the page again and draws everything anew: who came by keyboard must not lose their place.
  const focused = [...root.querySelectorAll("button")].indexOf(root.getRootNode().activeElement);
  root.replaceChildren();
  const lines = make("svg", { class: "lines", "aria-hidden": "true" }, SVG);
  const sides = ["source", "target"].map((side) => sideOf(side, data[side]));
  const tip = make("div", { class: "tip", "aria-hidden": "true" });
  root.append(sides[0].element, lines, sides[1].element, tip, tools());
  const drawn = [];

  function sideOf(name, { words, dir, lang, label }) {
    const element = make("div", { class: `side ${name}`, dir, lang, role: "group", "aria-label": label });
    const chips = words.map((word, index) => {
      const chip = make("button", { type: "button", class: "chip", dir: "auto", "aria-pressed": String(word.marked) });
      chip.textContent = word.text;
      chip.classList.toggle("null", word.null);
      chip.classList.toggle("partner", word.partner);
      chip.setAttribute("aria-label", `${word.text}: ${word.spoken}`);
      chip.addEventListener("click", () => pick(name === "source" ? index : null, name === "target" ? index : null));
      for (const event of ["pointerenter", "focus"]) chip.addEventListener(event, () => show(word.hover, chip, (line) => line[name] === index));
      for (const event of ["pointerleave", "blur"]) chip.addEventListener(event, hide);
      element.append(chip);
      return chip;
    });
    return { element, chips };
  }

  function pick(source, target) {
    setTriggerValue("picked", `${source ?? ""}-${target ?? ""}`);
  }

  function show(text, anchor, belongs) {
    for (const { line, path } of drawn) path.classList.toggle("faded", !belongs(line));
    tip.textContent = text;
    tip.classList.add("shown");
    const box = anchor.getBoundingClientRect(), frame = root.getBoundingClientRect();
    const left = Math.min(Math.max(box.left + box.width / 2 - frame.left - tip.offsetWidth / 2, 0), frame.width - tip.offsetWidth);
    const above = box.top - frame.top - tip.offsetHeight - 6;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > -30 ? above : box.bottom - frame.top + 6}px`;
  }

  function hide() {
    tip.classList.remove("shown");
    for (const { path } of drawn) path.classList.remove("faded");
  }

  // One row above the other where both fit; else two columns, which also suits phones and long sentences.
  function arrange() {
    const fits = ["pair rows", "pair rows compact"].some((name) => {
      root.className = name;
      return sides.every(({ element }) => element.scrollWidth <= element.clientWidth + 1);
    });
    if (!fits) root.className = "pair columns";
    draw(fits);
  }

  function draw(rows) {
    lines.replaceChildren();
    drawn.length = 0;
    const frame = root.getBoundingClientRect();
    lines.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    for (const line of data.lines) {
      const [from, to] = [sides[0].chips[line.source], sides[1].chips[line.target]].map((chip) => chip.getBoundingClientRect());
      const path = make("path", { class: `line ${line.status}`, d: curve(from, to, frame, rows, line), fill: "none" }, SVG);
      path.style.strokeWidth = `${line.width}px`;
      if (line.marked) path.classList.add("marked");
      lines.append(path);
      drawn.push({ line, path });
      if (line.status === "faint") continue;
      const target = make("path", { class: "reach", d: path.getAttribute("d"), fill: "none" }, SVG);
      target.addEventListener("click", () => pick(line.source, line.target));
      target.addEventListener("pointerenter", () => show(line.hover, target, (other) => other === line));
      target.addEventListener("pointerleave", hide);
      lines.append(target);
    }
  }

  function curve(from, to, frame, rows, line) {
    if (rows) {
      const [x1, y1, x2, y2] = [from.left + from.width * line.at[0], from.bottom, to.left + to.width * line.at[1], to.top];
      const middle = (y1 + y2) / 2 - frame.top;
      return `M${x1 - frame.left},${y1 - frame.top} C${x1 - frame.left},${middle} ${x2 - frame.left},${middle} ${x2 - frame.left},${y2 - frame.top}`;
    }
    const [x1, y1, x2, y2] = [from.right, from.top + from.height * line.at[0], to.left, to.top + to.height * line.at[1]];
    const middle = (x1 + x2) / 2 - frame.left;
    return `M${x1 - frame.left},${y1 - frame.top} C${middle},${y1 - frame.top} ${middle},${y2 - frame.top} ${x2 - frame.left},${y2 - frame.top}`;
  }

  function tools() {
    const bar = make("div", { class: "tools" });
    for (const [label, save] of [["SVG", () => saveSvg()], ["PNG", () => savePng()]]) {
      const button = make("button", { type: "button", class: "tool", title: `Save this figure as ${label}` });
      button.textContent = `Save ${label}`;
      button.addEventListener("click", save);
      bar.append(button);
    }
    return bar;
  }

  function picture() {
    const frame = root.getBoundingClientRect(), style = getComputedStyle(root);
    const height = Math.max(...sides.flatMap(({ chips }) => chips.map((chip) => chip.getBoundingClientRect().bottom))) - frame.top + 12;
    const svg = make("svg", { xmlns: SVG, width: frame.width, height, viewBox: `0 0 ${frame.width} ${height}` }, SVG);
    svg.append(make("rect", { width: "100%", height: "100%", fill: style.getPropertyValue("--paper") || "#fff" }, SVG));
    for (const { path } of drawn) {
      const look = getComputedStyle(path);
      const attributes = { d: path.getAttribute("d"), fill: "none", stroke: look.stroke, "stroke-width": look.strokeWidth };
      svg.append(make("path", { ...attributes, "stroke-opacity": look.strokeOpacity, "stroke-dasharray": look.strokeDasharray }, SVG));
    }
    for (const chip of sides.flatMap(({ chips }) => chips)) {
      const box = chip.getBoundingClientRect(), look = getComputedStyle(chip);
      const at = { x: box.left - frame.left, y: box.top - frame.top, width: box.width, height: box.height };
      svg.append(make("rect", { ...at, rx: 6, fill: look.backgroundColor, stroke: look.borderColor }, SVG));
      const place = { x: at.x + at.width / 2, y: at.y + at.height / 2, "text-anchor": "middle", "dominant-baseline": "central" };
      const text = make("text", { ...place, fill: look.color, "font-family": "sans-serif", "font-size": look.fontSize }, SVG);
      text.textContent = chip.textContent;
      svg.append(text);
    }
    return { svg: new XMLSerializer().serializeToString(svg), width: frame.width, height };
  }

  function save(url, extension) {
    const anchor = make("a", { href: url, download: `${data.name}.${extension}` });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  const svgUrl = (text) => URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  const saveSvg = () => save(svgUrl(picture().svg), "svg");

  function savePng() {
    const { svg, width, height } = picture();
    const image = new Image();
    image.onload = () => {
      const canvas = make("canvas", { width: width * 2, height: height * 2 });
      const context = canvas.getContext("2d");
      context.scale(2, 2);
      context.drawImage(image, 0, 0);
      canvas.toBlob((blob) => save(URL.createObjectURL(blob), "png"));
    };
    image.src = svgUrl(svg);
  }

  const observer = new ResizeObserver(() => arrange());
  observer.observe(root.parentElement ?? root);
  document.fonts?.ready.then(arrange);
  arrange();
  if (focused >= 0) root.querySelectorAll("button")[focused]?.focus({ preventScroll: true });
  return () => observer.disconnect();
}
