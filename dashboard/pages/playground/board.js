// Two clouds of points to drag, with the plan between them. What is done goes back as an edit; the page answers with new data.
const SVG = "http://www.w3.org/2000/svg";
const make = (tag, properties = {}, text) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
};
const CLICK = 4; // pixels: a finger that moved less has not dragged
const LETTERS = ["a", "b"], NAMES = ["first cloud", "second cloud"];

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".board");
  const svg = root.querySelector("svg");
  const focused = root.getRootNode().activeElement?.dataset?.place;
  const tell = (edit) => setTriggerValue("edit", JSON.stringify(edit));
  const clouds = data.clouds.map((cloud) => cloud.map((point) => ({ ...point })));
  const flat = data.flat; // on a line, which has no height to drag along
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16; // letters grow in teacher's mode
  let box, scale, lines = [], marks = [[], []], keyed;
  svg.replaceChildren();
  svg.setAttribute("aria-label", data.label);
  root.querySelector(".hint").textContent = data.hint;
  draw();

  function draw() {
    svg.replaceChildren();
    box = { width: svg.clientWidth || 600, height: svg.clientHeight || 400 };
    svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    const [[x0, x1], [y0, y1]] = data.span;
    const room = Math.min((box.width - 60 * unit) / (x1 - x0), (box.height - 46 * unit) / (y1 - y0));
    scale = { by: room, x: (box.width - room * (x0 + x1)) / 2 + 18 * unit, y: (box.height + room * (y0 + y1)) / 2 - 12 * unit };
    const frame = make("g", { class: "axes", "aria-hidden": "true" });
    for (const value of ticks(unX(42 * unit), unX(box.width - 8))) {
      frame.append(make("line", { x1: X(value), x2: X(value), y1: 6, y2: box.height - 26 * unit }));
      frame.append(make("text", { x: X(value), y: box.height - 8 * unit, "text-anchor": "middle" }, String(value)));
    }
    for (const value of flat ? [] : ticks(unY(box.height - 28 * unit), unY(8))) {
      frame.append(make("line", { x1: 40 * unit, x2: box.width - 6, y1: Y(value), y2: Y(value) }));
      frame.append(make("text", { x: 36 * unit, y: Y(value) + 4 * unit, "text-anchor": "end" }, String(value)));
    }
    svg.append(frame);
    const most = Math.max(...data.plan.map(([, , mass]) => mass), 1e-300);
    lines = data.plan.filter(([, , mass]) => mass > 0.02 * most).map(([i, j, mass]) => {
      const share = mass / most, line = make("line", { class: "flow", "stroke-width": 1 + 9 * share, "stroke-opacity": 0.4 + 0.45 * share });
      line.append(make("title", {}, `${LETTERS[0]}${i + 1} → ${LETTERS[1]}${j + 1}: mass ${mass.toFixed(3)}`));
      svg.append(line);
      return { i, j, line };
    });
    marks = clouds.map((cloud, side) => cloud.map((point, place) => mark(side, place, point)));
    marks.flat().forEach(({ group }) => svg.append(group));
    move();
    if (focused) svg.querySelector(`[data-place="${focused}"]`)?.focus({ preventScroll: true });
  }

  function X(value) { return scale.x + scale.by * value; }
  function Y(value) { return scale.y - scale.by * value; }
  function unX(pixel) { return (pixel - scale.x) / scale.by; }
  function unY(pixel) { return (scale.y - pixel) / scale.by; }

  function ticks(low, high) {
    const rough = (high - low) / 7, power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((times) => power * times >= rough);
    const first = Math.ceil(low / step), found = [];
    for (let k = first; k * step <= high; k++) found.push(Number((k * step).toPrecision(6)));
    return found;
  }

  const fine = () => 10 ** (Math.floor(Math.log10(data.span[0][1] - data.span[0][0])) - 2);
  const rounded = (value) => Number((Math.round(value / fine()) * fine()).toPrecision(7));

  function mark(side, place, point) {
    const group = make("g", { class: `point ${side ? "second" : "first"}`, tabindex: 0, role: "button", "data-place": `${side}-${place}` });
    const size = 5 + 15 * Math.sqrt(point.mass);
    group.append(make("circle", { class: "reach", r: Math.max(size, 16) }));
    group.append(side ? make("path", { class: "dot", d: `M0,${-size * 1.2} L${size * 1.2},0 L0,${size * 1.2} L${-size * 1.2},0 Z` }) : make("circle", { class: "dot", r: size }));
    if (clouds[side].length <= 20) group.append(make("text", { y: side ? size * 1.2 + 14 * unit : -size - 5, "text-anchor": "middle" }, `${LETTERS[side]}${place + 1}`));
    group.addEventListener("pointerdown", (event) => grab(event, side, place, group));
    group.addEventListener("keydown", (event) => key(event, side, place));
    return { group };
  }

  function move() {
    clouds.forEach((cloud, side) => cloud.forEach((point, place) => {
      const { group } = marks[side][place];
      group.setAttribute("transform", `translate(${X(point.x)},${Y(point.y)})`);
      const where = flat ? `${point.x}` : `${point.x}, ${point.y}`;
      group.setAttribute("aria-label", `${LETTERS[side]}${place + 1}, ${NAMES[side]}, at ${where}, weight ${point.weight}. Arrows move it, plus and minus change its weight, Delete takes it away.`);
    }));
    for (const { i, j, line } of lines) {
      const [from, to] = [clouds[0][i], clouds[1][j]];
      for (const [name, value] of Object.entries({ x1: X(from.x), y1: Y(from.y), x2: X(to.x), y2: Y(to.y) })) line.setAttribute(name, value);
    }
  }

  const at = (event) => {
    const frame = svg.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };

  function grab(event, side, place, group) {
    event.preventDefault();
    event.stopPropagation();
    group.focus({ preventScroll: true });
    group.setPointerCapture(event.pointerId);
    const point = clouds[side][place], [startX, startY] = at(event), [dx, dy] = [startX - X(point.x), startY - Y(point.y)];
    let dragged = false;
    const follow = (event) => {
      const [x, y] = at(event);
      dragged ||= Math.hypot(x - startX, y - startY) > CLICK;
      if (!dragged) return;
      point.x = rounded(unX(Math.min(Math.max(x - dx, 8), box.width - 8)));
      if (!flat) point.y = rounded(unY(Math.min(Math.max(y - dy, 8), box.height - 30)));
      move();
    };
    const release = () => {
      for (const [name, act] of [["pointermove", follow], ["pointerup", release], ["pointercancel", release]]) group.removeEventListener(name, act);
      if (dragged) tell({ act: "move", side, place, x: point.x, y: point.y });
      else if (data.click === "remove") tell({ act: "remove", side, place });
      else if (data.click === ["first", "second"][side]) tell({ act: "weigh", side, place, weight: point.weight + data.weight });
    };
    for (const [name, act] of [["pointermove", follow], ["pointerup", release], ["pointercancel", release]]) group.addEventListener(name, act);
  }

  function key(event, side, place) {
    const point = clouds[side][place], step = (event.shiftKey ? 10 : 2) * fine();
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (way) {
      point.x = rounded(point.x + way[0] * step);
      if (!flat) point.y = rounded(point.y + way[1] * step);
      move();
      clearTimeout(keyed); // one answer for keys that are held
      keyed = setTimeout(() => tell({ act: "move", side, place, x: point.x, y: point.y }), 150);
    } else if (event.key === "+" || event.key === "=") tell({ act: "weigh", side, place, weight: point.weight + data.weight });
    else if (event.key === "-") tell({ act: "weigh", side, place, weight: Math.max(point.weight - data.weight, 0) });
    else if (event.key === "Delete" || event.key === "Backspace") tell({ act: "remove", side, place });
    else return;
    event.preventDefault();
  }

  svg.onclick = (event) => {
    if (event.target.closest(".point") || data.click === "remove") return;
    const [x, y] = at(event);
    tell({ act: "add", side: data.click === "second" ? 1 : 0, x: rounded(unX(x)), y: flat ? 0 : rounded(unY(y)), weight: data.weight });
  };

  const observer = new ResizeObserver(() => (svg.clientWidth !== box.width || svg.clientHeight !== box.height) && draw());
  observer.observe(svg);
  return () => observer.disconnect();
}
