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
  const strip = parentElement.querySelector(".strip");
  // A click runs the page again and draws everything anew: who came by keyboard must not lose their place.
  const controls = () => [...parentElement.querySelectorAll("button, input")];
  const focused = controls().indexOf(root.getRootNode().activeElement);
  root.replaceChildren();
  strip.replaceChildren();
  const lines = make("svg", { class: "lines", "aria-hidden": "true" }, SVG);
  const sides = ["source", "target"].map((side) => sideOf(side, data[side]));
  const tip = make("div", { class: "tip", "aria-hidden": "true" });
  const paths = new Map(); // "source-target" → its path and the wider one that is pointed at
  const hand = new Map((data.hand ?? []).map(([source, target, sure]) => [`${source}-${target}`, { source, target, sure }]));
  let shown = data.lines, inRows = true, begun = null;
  root.append(sides[0].element, lines, sides[1].element, tip);
  const film = data.film ? filmOf(data, (frame) => { shown = frame.lines; draw(); frame.nulls.forEach(markNulls); }, send) : null;
  if (film) strip.append(film.element);
  strip.append(toolsOf(() => ({ root, sides, paths, data })));

  function send(name, value) {
    setTriggerValue(name, value);
  }

  function sideOf(name, { words, dir, lang, label }) {
    const element = make("div", { class: `side ${name}`, dir, lang, role: "group", "aria-label": label });
    const chips = words.map((word, index) => {
      const chip = make("button", { type: "button", class: "chip", dir: "auto", "aria-pressed": String(word.marked) });
      chip.textContent = word.text;
      for (const sign of ["null", "partner", "unknown"]) chip.classList.toggle(sign, word[sign]);
      chip.setAttribute("aria-label", `${word.text}: ${word.spoken}`);
      chip.addEventListener("click", () => (data.drawing ? join(name, index) : pick(name === "source" ? index : null, name === "target" ? index : null)));
      for (const event of ["pointerenter", "focus"]) chip.addEventListener(event, () => show(word.hover, chip, (line) => line[name] === index));
      for (const event of ["pointerleave", "blur"]) chip.addEventListener(event, hide);
      element.append(chip);
      return chip;
    });
    return { element, chips };
  }

  function markNulls(nulls, side) {
    sides[side].chips.forEach((chip, index) => chip.classList.toggle("null", nulls.includes(index)));
  }

  function pick(source, target) {
    send("picked", `${source ?? ""}-${target ?? ""}`);
  }

  // By hand: a word and then one of the other side; a pair goes from no link to a sure one, a possible one, and back to none.
  function join(name, index) {
    if (!begun || begun.name === name) {
      begun?.chip.classList.remove("begun");
      const same = begun?.index === index && begun.name === name;
      begun = same ? null : { name, index, chip: sides[name === "source" ? 0 : 1].chips[index] };
      begun?.chip.classList.add("begun");
      return;
    }
    begun.chip.classList.remove("begun");
    const [source, target] = name === "target" ? [begun.index, index] : [index, begun.index];
    begun = null;
    turn(source, target);
  }

  function turn(source, target) {
    const key = `${source}-${target}`, link = hand.get(key);
    if (!link) hand.set(key, { source, target, sure: true });
    else if (link.sure) link.sure = false;
    else hand.delete(key);
    draw();
    send("hand", `=${[...hand.values()].map((one) => `${one.source}${one.sure ? "-" : "?"}${one.target}`).join(" ")}`);
  }

  function show(text, anchor, belongs) {
    for (const { line, path } of paths.values()) path.classList.toggle("faded", !belongs(line));
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
    for (const { path } of paths.values()) path.classList.remove("faded");
  }

  // One row above the other where both fit; else two columns, which also suits phones and long sentences.
  function arrange() {
    inRows = ["pair rows", "pair rows compact"].some((name) => {
      root.className = name;
      return sides.every(({ element }) => element.scrollWidth <= element.clientWidth + 1);
    });
    if (!inRows) root.className = "pair columns";
    draw();
  }

  function drawnLines() {
    if (!data.drawing) return shown;
    const own = [...hand.values()].map((one) => ({ ...one, status: one.sure ? "hand" : "hand maybe", width: 3, opacity: 1, hover: "", marked: false }));
    const ghosts = shown.filter((line) => line.status !== "faint" && line.status !== "missed").map((line) => ({ ...line, status: "faint", opacity: 0.3, marked: false }));
    return [...ghosts.filter((line) => !hand.has(`${line.source}-${line.target}`)), ...own];
  }

  // A line that stays is changed, not replaced, so that its width and opacity glide to the new ones.
  function draw() {
    const frame = root.getBoundingClientRect(), kept = new Set();
    lines.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    for (const line of drawnLines()) {
      const key = `${line.source}-${line.target}`;
      kept.add(key);
      if (!paths.has(key)) paths.set(key, added(key));
      const entry = paths.get(key);
      entry.line = line;
      const [from, to] = [sides[0].chips[line.source], sides[1].chips[line.target]].map((chip) => chip.getBoundingClientRect());
      const d = curve(from, to, frame);
      entry.path.setAttribute("class", `line ${line.status}${line.marked ? " marked" : ""}`);
      entry.path.style.setProperty("--width", `${line.width}px`);
      entry.path.style.setProperty("--opacity", line.opacity);
      entry.path.setAttribute("d", d);
      entry.reach.setAttribute("d", d);
      entry.reach.style.display = line.status === "faint" ? "none" : "";
    }
    for (const [key, { path, reach }] of paths) {
      if (kept.has(key)) continue;
      path.remove();
      reach.remove();
      paths.delete(key);
    }
  }

  function added(key) {
    const entry = { path: make("path", { fill: "none" }, SVG), reach: make("path", { class: "reach", fill: "none" }, SVG), line: null };
    entry.reach.addEventListener("click", () => (data.drawing ? turn : pick)(entry.line.source, entry.line.target));
    entry.reach.addEventListener("pointerenter", () => entry.line.hover && show(entry.line.hover, entry.reach, (other) => other === entry.line));
    entry.reach.addEventListener("pointerleave", hide);
    lines.append(entry.path, entry.reach);
    return entry;
  }

  function curve(from, to, frame) {
    if (inRows) {
      const [x1, y1, x2, y2] = [from.left + from.width / 2, from.bottom, to.left + to.width / 2, to.top];
      const middle = (y1 + y2) / 2 - frame.top;
      return `M${x1 - frame.left},${y1 - frame.top} C${x1 - frame.left},${middle} ${x2 - frame.left},${middle} ${x2 - frame.left},${y2 - frame.top}`;
    }
    const [x1, y1, x2, y2] = [from.right, from.top + from.height / 2, to.left, to.top + to.height / 2];
    const middle = (x1 + x2) / 2 - frame.left;
    return `M${x1 - frame.left},${y1 - frame.top} C${middle},${y1 - frame.top} ${middle},${y2 - frame.top} ${x2 - frame.left},${y2 - frame.top}`;
  }

  const observer = new ResizeObserver(() => arrange());
  observer.observe(root.parentElement ?? root);
  document.fonts?.ready.then(arrange);
  arrange();
  if (focused >= 0) controls()[focused]?.focus({ preventScroll: true });
  return () => { observer.disconnect(); film?.stop(); };
}
