// A slider that moves the page's figures by itself: every step lies here, so that neither playing nor dragging asks the server.
// What it moves are charts and numbers that the page has drawn; when it rests, the page is told where.
const TICK = 520; // milliseconds from one step to the next
const make = (tag, properties = {}, text) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
};

// Between two values of one shape; what cannot be divided stays as it was until the step is made.
function between(from, to, share) {
  if (from === to || share === 0) return from;
  if (typeof from === "number" && typeof to === "number") return from + share * (to - from);
  if (Array.isArray(from) && Array.isArray(to)) return from.length === to.length ? from.map((value, k) => between(value, to[k], share)) : from;
  if (from && to && typeof from === "object" && typeof to === "object" && !Array.isArray(from) && !Array.isArray(to))
    return Object.fromEntries(Object.keys(from).map((key) => [key, key in to ? between(from[key], to[key], share) : from[key]]));
  return from;
}

const merged = (under, over) =>
  over && typeof over === "object" && !Array.isArray(over) && under && typeof under === "object" && !Array.isArray(under)
    ? { ...under, ...Object.fromEntries(Object.entries(over).map(([key, value]) => [key, merged(under[key], value)])) }
    : over;

class Player {
  constructor(root, tell) {
    this.root = root;
    this.tell = tell;
    this.timer = null;
    this.shown = null;
    this.row = make("div", { class: "row" });
    this.restart = this.button("⏮", "Back to the first step", () => this.rest(0));
    this.play = this.button("▶", "Play", () => (this.timer ? this.rest(this.step) : this.start()));
    this.forward = this.button("⏵❘", "One step on", () => this.rest(Math.min(this.step + 1, this.last)));
    this.slider = make("input", { type: "range", min: 0, step: 1 });
    this.value = make("output");
    this.label = make("label");
    this.label.append(make("span"), this.value);
    this.row.append(this.restart, this.play, this.forward, this.slider);
    root.replaceChildren(this.label, this.row);
    this.slider.addEventListener("input", () => this.show(Number(this.slider.value)));
    this.slider.addEventListener("change", () => this.rest(Number(this.slider.value)));
  }

  button(sign, name, act) {
    const element = make("button", { type: "button", "aria-label": name, title: name }, sign);
    element.addEventListener("click", act);
    return element;
  }

  take(data) {
    const first = this.data === undefined;
    this.data = data;
    this.last = data.labels.length - 1;
    this.slider.max = this.last;
    this.slider.setAttribute("aria-label", data.label);
    this.label.firstChild.textContent = data.label;
    if (!this.timer) this.mark(data.step);
    if (first && data.play) this.start();
  }

  mark(step) {
    this.step = step;
    this.slider.value = step;
    this.value.textContent = this.data.labels[step];
    this.slider.setAttribute("aria-valuetext", this.data.labels[step]);
    this.forward.disabled = step >= this.last;
    this.restart.disabled = step === 0 && !this.timer;
  }

  charts() {
    return this.data.figures.map((key) => document.querySelector(`.st-key-${key} .js-plotly-plot`));
  }

  // Whether the page writes its titles so: its theme is not part of the film.
  bold(chart) {
    chart.bold ??= Boolean(chart.layout.title?.text?.startsWith("<b>"));
    return chart.bold;
  }

  // The figures `share` of the way from a step to the next.
  paint(step, next, share) {
    const { traces, layouts, frames } = this.data;
    this.charts().forEach((chart, place) => {
      const [from, to] = [frames[step][place], frames[next][place]];
      if (!chart || !window.Plotly || !from || !to) return;
      const same = from.traces.length === to.traces.length;
      const data = from.traces.map((trace, k) => (same ? between(traces[trace], traces[to.traces[k]], share) : traces[trace]));
      const layout = merged(chart.layout, between(layouts[from.layout], layouts[to.layout], share));
      const title = layout.title?.text;
      if (this.bold(chart) && title && !title.startsWith("<b>")) layout.title = { ...layout.title, text: `<b>${title}</b>` };
      window.Plotly.react(chart, data, layout, chart._context);
    });
  }

  show(step) {
    this.mark(step);
    this.paint(step, step, 0);
    const numbers = document.querySelectorAll(`.st-key-${this.data.numbers.key} .number`);
    this.data.numbers.steps[step].forEach(([value, meaning], place) => {
      if (!numbers[place]) return;
      numbers[place].querySelector(".value").textContent = value;
      numbers[place].querySelector(".meaning").textContent = meaning;
    });
  }

  start() {
    if (this.step >= this.last) this.show(0);
    this.state(true);
    let begun = performance.now();
    const frame = (now) => {
      if (!this.timer) return;
      if (!this.root.isConnected) return this.state(false);
      const share = (now - begun) / TICK;
      if (share >= 1) {
        begun = now;
        this.show(this.step + 1);
        if (this.step >= this.last || this.data.stops.includes(this.step)) return this.rest(this.step);
      } else if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.paint(this.step, this.step + 1, share);
      this.timer = requestAnimationFrame(frame);
    };
    this.timer = requestAnimationFrame(frame);
  }

  state(playing) {
    if (!playing && this.timer) cancelAnimationFrame(this.timer);
    this.timer = playing ? this.timer || -1 : null;
    this.play.textContent = playing ? "⏸" : "▶";
    for (const name of ["aria-label", "title"]) this.play.setAttribute(name, playing ? "Stop" : "Play");
  }

  rest(step) {
    this.state(false);
    this.show(step);
    this.tell(this.data.values[step]);
  }
}

const players = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".player");
  if (!players.has(root)) players.set(root, new Player(root, (value) => setTriggerValue("moved", value)));
  players.get(root).take(data);
  return () => players.get(root)?.state(false);
}
