// Points on a canvas: zoomed, turned, picked by click, box or lasso, and moved from frame to frame, all in the browser. The points come
// from cloud.js under a key; what changes with every run of the page is small and comes as data. Text is only ever drawn or set as text.
const BINS = 6000; // points up to which each is drawn with its shape; more are laid down pixel by pixel, so that density shows
const GLIDE = 650; // milliseconds from one frame to the next
const LENGTHS = [[0.2, "#E0AC00"], [0.4, "#B9A15A"], [0.6, "#8F9296"], [0.8, "#6E8BC4"], [9, "#4F7FE8"]];
const MOST_LINES = 4000, LABELLED = 14, NEAR = 12, RING = "#D55E00", GREY = "#8A8A8A";
const make = (tag, properties = {}, text = "") => {
  const element = Object.assign(document.createElement(tag), properties);
  if (text) element.textContent = text;
  return element;
};
const TOOLS = [["point", "Click"], ["lasso", "Lasso"], ["box", "Box"], ["move", "Move"]];

export default function (component) {
  const root = component.parentElement.querySelector(".space");
  root.view ??= new View(root);
  root.view.take(component);
  return () => setTimeout(() => root.isConnected || root.view?.end());
}

class View {
  constructor(root) {
    this.root = root;
    this.zoom = 1; this.centre = [0.5, 0.5]; this.turn = [0.5, 0.35]; this.hidden = new Set(); this.at = 0; this.picked = new Set(); this.found = new Set();
    this.tool = matchMedia("(pointer: coarse)").matches ? "point" : "lasso";
    this.bar = make("div", { className: "bar" });
    this.legend = make("div", { className: "legend", role: "group", ariaLabel: "Legend: press an entry to hide it" });
    this.stage = make("div", { className: "stage" });
    this.canvas = make("canvas", { tabIndex: 0 });
    this.canvas.setAttribute("role", "img");
    this.tip = make("div", { className: "tip" }); this.tip.setAttribute("role", "tooltip");
    this.films = make("div", { className: "film" });
    this.stage.append(this.canvas, this.tip);
    root.append(this.legend, this.bar, this.films, this.stage);
    for (const [name, label] of TOOLS) this.button(label, () => this.choose(name), name);
    this.button("+", () => this.scale(1.4), "", "Zoom in"); this.button("−", () => this.scale(1 / 1.4), "", "Zoom out"); this.button("Reset", () => this.reset());
    this.button("SVG", () => this.save("svg")); this.button("PNG", () => this.save("png"));
    this.choose(this.tool);
    const on = (name, act, options) => this.canvas.addEventListener(name, act, options);
    on("pointerdown", (event) => this.down(event)); on("pointermove", (event) => this.moved(event)); on("pointerup", (event) => this.up(event));
    on("pointercancel", () => { this.drag = null; this.draw(); }); on("pointerleave", () => this.tip.classList.remove("shown"));
    on("dblclick", () => this.scale(1.8)); on("keydown", (event) => this.key(event));
    on("wheel", (event) => { if (event.ctrlKey || event.metaKey) { event.preventDefault(); this.scale(event.deltaY < 0 ? 1.15 : 1 / 1.15, this.spot(event)); } }, { passive: false });
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.stage);
    this.came = () => this.load();
    window.addEventListener("otcore-cloud", this.came);
  }
  end() { this.observer.disconnect(); window.removeEventListener("otcore-cloud", this.came); cancelAnimationFrame(this.tick); }

  take({ data, setTriggerValue }) {
    this.tell = setTriggerValue;
    this.data = data;
    this.picked = new Set(data.picked); this.found = new Set(data.found);
    this.classes = data.classes.length ? new Set(data.classes) : null;
    this.canvas.setAttribute("aria-label", data.spoken);
    this.load();
  }
  load() {
    const cloud = (window.otcoreClouds ?? new Map()).get(this.data?.cloud);
    if (!cloud) return;
    if (cloud !== this.cloud) {
      const same = this.cloud?.picture === cloud.picture;
      this.cloud = cloud;
      if (!same) { this.reset(false); this.at = this.data.frame; this.hidden.clear(); }
      this.showLegend(); this.showFilm();
      if (!same && this.data.play) this.play();
    } else if (!this.playing && this.data.frame !== Math.round(this.at)) this.at = this.data.frame;
    this.draw();
    this.root.dataset.drawn = `${this.data.cloud} ${[...this.marked()].length}`; // for whoever waits for the picture
  }
  button(label, act, name = "", spoken = label) {
    const made = make("button", { type: "button", onclick: act, title: spoken }, label);
    made.setAttribute("aria-label", spoken);
    if (name) made.dataset.tool = name;
    this.bar.append(made);
  }
  choose(name) {
    this.tool = name;
    for (const one of this.bar.querySelectorAll("[data-tool]")) one.setAttribute("aria-pressed", String(one.dataset.tool === name));
    this.canvas.style.touchAction = name === "point" ? "pan-y" : "none";
    this.canvas.style.cursor = name === "move" ? "grab" : "crosshair";
  }
  *marked() { yield* this.picked; for (const one of this.found) if (!this.picked.has(one)) yield one; }
  shown(k) { return !this.hidden.has(this.cloud.group[k]) && (!this.classes || this.classes.has(this.cloud.kind[k])); }

  // Geometry: every pane shows the same part of the space.
  panes() {
    const { width, height } = this.stage.getBoundingClientRect(), count = this.cloud.film ? 1 : this.cloud.panes.length, stacked = width < 560;
    return Array.from({ length: count }, (_, k) => count === 1 ? { x: 0, y: 20, w: width, h: height - 38 }
      : stacked ? { x: 0, y: k * height / 2 + 20, w: width, h: height / 2 - 40 } : { x: k * (width / 2 + 5), y: 20, w: width / 2 - 5, h: height - 38 });
  }
  place(state, box, k) {
    const { stride } = this.cloud, [low, high] = this.cloud.film ? [Math.floor(this.at), Math.ceil(this.at)] : [state, state], part = this.at - Math.floor(this.at);
    const from = this.cloud.panes[low].xy, to = this.cloud.panes[high].xy, at = stride * k;
    let x = from[at], y = from[at + 1];
    if (low !== high) { x += part * (to[at] - x); y += part * (to[at + 1] - y); }
    if (stride === 3) {
      const z = (low === high ? from[at + 2] : from[at + 2] + part * (to[at + 2] - from[at + 2])) - 0.5, [a, b] = this.turn, u = x - 0.5, v = y - 0.5;
      const across = u * Math.cos(a) + z * Math.sin(a), deep = z * Math.cos(a) - u * Math.sin(a);
      x = 0.5 + across * 0.72; y = 0.5 + (v * Math.cos(b) + deep * Math.sin(b)) * 0.72;
    }
    return [box.x + box.w * (0.5 + (x - this.centre[0]) * this.zoom), box.y + box.h * (0.5 - (y - this.centre[1]) * this.zoom)];
  }
  spot(event) { const box = this.canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; }
  boxAt([x, y]) { return this.panes().findIndex((box) => x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h); }
  nearest([x, y]) {
    const pane = this.boxAt([x, y]);
    if (pane < 0) return -1;
    const box = this.panes()[pane];
    let best = -1, least = NEAR * NEAR;
    for (let k = 0; k < this.cloud.count; k++) {
      const [a, b] = this.place(pane, box, k), far = (a - x) ** 2 + (b - y) ** 2;
      if (far < least && this.shown(k)) { least = far; best = k; }
    }
    return best;
  }
  reset(draw = true) { this.zoom = 1; this.centre = [0.5, 0.5]; this.turn = [0.5, 0.35]; if (draw) this.draw(); }
  scale(by, about = null) {
    const box = this.panes()[Math.max(about ? this.boxAt(about) : 0, 0)];
    const [u, v] = about ? [(about[0] - box.x) / box.w - 0.5, 0.5 - (about[1] - box.y) / box.h] : [0, 0], next = Math.min(Math.max(this.zoom * by, 0.5), 400);
    this.centre = [this.centre[0] + u / this.zoom - u / next, this.centre[1] + v / this.zoom - v / next];
    this.zoom = next;
    this.draw();
  }

  // What hands do.
  down(event) {
    if (event.button !== 0 || !this.cloud) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { from: this.spot(event), way: [this.spot(event)], centre: [...this.centre], turn: [...this.turn] };
  }
  moved(event) {
    if (!this.cloud) return;
    const at = this.spot(event);
    if (!this.drag) return this.hover(at);
    const [dx, dy] = [at[0] - this.drag.from[0], at[1] - this.drag.from[1]];
    if (Math.hypot(dx, dy) > 4) this.drag.real = true;
    this.drag.way.push(at);
    if (this.tool === "move" && this.drag.real) {
      const box = this.panes()[0];
      if (this.cloud.stride === 3 && !event.shiftKey) this.turn = [this.drag.turn[0] + dx / 150, this.drag.turn[1] + dy / 150];
      else this.centre = [this.drag.centre[0] - dx / box.w / this.zoom, this.drag.centre[1] + dy / box.h / this.zoom];
    }
    this.draw();
  }
  up(event) {
    const drag = this.drag, adds = event.ctrlKey || event.metaKey || event.shiftKey;
    this.drag = null;
    if (!drag) return;
    if (!drag.real) {
      const hit = this.nearest(drag.from);
      if (!adds) this.picked = new Set(hit < 0 ? [] : [hit]);
      else if (hit >= 0) this.picked.has(hit) ? this.picked.delete(hit) : this.picked.add(hit);
      if (hit >= 0 || !adds) this.chosen();
    } else if (this.tool === "lasso" || this.tool === "box") {
      const pane = this.boxAt(drag.from), inside = pane < 0 ? [] : this.within(pane, this.outline(drag));
      this.picked = new Set(adds ? [...this.picked, ...inside] : inside);
      this.chosen();
    }
    this.draw();
  }
  outline(drag) {
    const [a, b] = [drag.from, drag.way.at(-1)];
    return this.tool === "lasso" ? drag.way : [a, [b[0], a[1]], b, [a[0], b[1]]];
  }
  within(pane, way) {
    const path = new Path2D(), box = this.panes()[pane], pen = this.canvas.getContext("2d"), inside = [];
    way.forEach(([x, y], k) => (k ? path.lineTo(x, y) : path.moveTo(x, y)));
    pen.save(); pen.setTransform(1, 0, 0, 1, 0, 0);
    const low = [0, 1].map((axis) => Math.min(...way.map((one) => one[axis]))), high = [0, 1].map((axis) => Math.max(...way.map((one) => one[axis])));
    for (let k = 0; k < this.cloud.count; k++) {
      const [x, y] = this.place(pane, box, k);
      if (x >= low[0] && x <= high[0] && y >= low[1] && y <= high[1] && this.shown(k) && pen.isPointInPath(path, x, y)) inside.push(k);
    }
    pen.restore();
    return inside;
  }
  chosen() { this.draw(); this.tell("picked", JSON.stringify([...this.picked].sort((a, b) => a - b))); }
  key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (steps) this.centre = [this.centre[0] + 0.08 * steps[0] / this.zoom, this.centre[1] + 0.08 * steps[1] / this.zoom];
    else if (event.key === "+" || event.key === "=") this.zoom = Math.min(this.zoom * 1.3, 400);
    else if (event.key === "-") this.zoom = Math.max(this.zoom / 1.3, 0.5);
    else if (event.key === "Escape" && this.picked.size) { this.picked = new Set(); this.chosen(); }
    else return;
    event.preventDefault();
    this.draw();
  }
  hover(at) {
    const hit = this.nearest(at), tip = this.tip, line = hit < 0 ? this.lineAt(at) : null;
    tip.classList.toggle("shown", hit >= 0 || line !== null);
    if (hit < 0 && line === null) return;
    const { texts, names, group, about, context, contexts } = this.cloud;
    tip.replaceChildren();
    if (line === null) tip.append(make("b", { dir: "auto" }, texts[hit]), make("span", {}, `${names[group[hit]]} · ${about[hit]}`), make("i", { dir: "auto" }, context ? contexts[context[hit]] : ""));
    else tip.append(make("b", {}, `${texts[line.ends[0]]} — ${texts[line.ends[1]]}`), make("span", {}, `1 − cos ${line.length.toFixed(3)}`));
    tip.style.left = `${Math.min(at[0] + 12, this.stage.clientWidth - tip.offsetWidth - 4)}px`;
    tip.style.top = `${at[1] + 14 + tip.offsetHeight > this.stage.clientHeight ? at[1] - tip.offsetHeight - 8 : at[1] + 14}px`;
  }
