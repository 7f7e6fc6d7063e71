  // What eyes see.
  lines() {
    const { links } = this.cloud, marked = new Set(this.marked()), found = [];
    if (this.data.lines === "none" || (this.data.lines === "selected" && !marked.size)) return found;
    for (let k = 0; k < links.length / 2 && found.length < MOST_LINES; k++) {
      const [a, b] = [links[2 * k], links[2 * k + 1]];
      if ((this.data.lines === "all" || marked.has(a) || marked.has(b)) && this.shown(a) && this.shown(b)) found.push(k);
    }
    return found;
  }
  lineAt([x, y]) {
    const pane = this.boxAt([x, y]);
    if (pane < 0 || !this.drawn || this.drawn.length > 1500) return null;
    const box = this.panes()[pane], { links, panes } = this.cloud;
    for (const k of this.drawn) {
      const ends = [links[2 * k], links[2 * k + 1]], [[a, b], [c, d]] = ends.map((one) => this.place(pane, box, one)), square = (c - a) ** 2 + (d - b) ** 2;
      const t = square ? Math.min(Math.max(((x - a) * (c - a) + (y - b) * (d - b)) / square, 0), 1) : 0;
      if (Math.hypot(a + t * (c - a) - x, b + t * (d - b) - y) < 4) return { ends, length: panes[this.cloud.film ? Math.round(this.at) : pane].lengths[k] };
    }
    return null;
  }
  draw() {
    if (!this.cloud || this.asked) return;
    this.asked = requestAnimationFrame(() => { this.asked = 0; this.paint(); });
  }
  paint() {
    const { width, height } = this.stage.getBoundingClientRect(), ratio = window.devicePixelRatio || 1, began = performance.now();
    if (!width) return;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) Object.assign(this.canvas, { width: w, height: h });
    const pen = this.canvas.getContext("2d"), style = getComputedStyle(this.root);
    this.ink = style.color; this.paper = style.getPropertyValue("--st-background-color").trim() || "#fff"; this.font = style.fontFamily;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, w, h);
    this.drawn = this.lines();
    this.panes().forEach((box, k) => this.paintPane(pen, ratio, box, this.cloud.film ? Math.round(this.at) : k));
    if (this.drag?.real && (this.tool === "lasso" || this.tool === "box")) {
      pen.beginPath();
      this.outline(this.drag).forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.closePath();
      Object.assign(pen, { strokeStyle: this.ink, lineWidth: 1.5, fillStyle: "#0072B222" });
      pen.fill(); pen.stroke();
    }
    this.root.dataset.milliseconds = (performance.now() - began).toFixed(1);
  }
  paintPane(pen, ratio, box, state) {
    const pane = this.cloud.panes[state], marked = [...this.marked()], fine = this.cloud.count <= BINS;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = this.ink; pen.strokeStyle = this.ink; pen.globalAlpha = 0.25; pen.lineWidth = 1;
    pen.strokeRect(box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1);
    pen.globalAlpha = 1;
    this.write(pen, pane.title, box.x + 2, box.y - 6, "left", `600 13px ${this.font}`, box.w);
    pen.globalAlpha = 0.75;
    this.write(pen, pane.axes, box.x + 2, box.y + box.h + 13, "left", `11px ${this.font}`, box.w);
    pen.globalAlpha = 1;
    pen.save();
    pen.beginPath(); pen.rect(box.x, box.y, box.w, box.h); pen.clip();
    if (fine) this.shapes(pen, box, state, marked.length > 0); else this.pixels(pen, ratio, box, state, marked);
    const groups = LENGTHS.map(() => []);
    for (const k of this.drawn) groups[LENGTHS.findIndex(([most]) => pane.lengths[k] < most)].push(k);
    groups.forEach((group, at) => {
      pen.beginPath();
      for (const k of group) { pen.moveTo(...this.place(state, box, this.cloud.links[2 * k])); pen.lineTo(...this.place(state, box, this.cloud.links[2 * k + 1])); }
      Object.assign(pen, { strokeStyle: LENGTHS[at][1], lineWidth: 1.4, globalAlpha: 0.75 });
      pen.stroke();
    });
    pen.globalAlpha = 1;
    const seen = marked.filter((k) => this.shown(k));
    pen.strokeStyle = RING; pen.lineWidth = seen.length > 400 ? 1 : 2.5;
    for (const k of seen) { pen.beginPath(); pen.arc(...this.place(state, box, k), seen.length > 400 ? 3 : 7, 0, 2 * Math.PI); pen.stroke(); }
    if (this.data.labels && this.cloud.stride === 2 && (!this.cloud.film || this.at === state)) this.name(pen, box, pane.labels);
    if (seen.length <= LABELLED) for (const k of seen) { const [x, y] = this.place(state, box, k); this.write(pen, this.cloud.texts[k].slice(0, 28), x, y - 11, "center", `13px ${this.font}`, 200, true); }
    pen.restore();
  }
  // Labels, the foremost first; one that would lie on another is left out until there is room for it.
  name(pen, box, labels) {
    const taken = [];
    pen.font = `600 12px ${this.font}`;
    for (const { text, at } of labels) {
      const half = Math.min(pen.measureText(text).width, 170) / 2 + 4, [x, y] = this.map(box, at), middle = Math.min(Math.max(x, box.x + half), box.x + box.w - half);
      if (y < box.y + 8 || y > box.y + box.h - 4 || x < box.x || x > box.x + box.w || taken.some(([a, b, c]) => Math.abs(a - middle) < c + half && Math.abs(b - y) < 17)) continue;
      taken.push([middle, y, half]);
      this.write(pen, text, middle, y, "center", `600 12px ${this.font}`, 170, true);
    }
  }
  map(box, [x, y]) { return [box.x + box.w * (0.5 + (x - this.centre[0]) * this.zoom), box.y + box.h * (0.5 - (y - this.centre[1]) * this.zoom)]; }
  write(pen, text, x, y, align, font, most, halo = false) {
    Object.assign(pen, { font, textAlign: align, lineJoin: "round", fillStyle: this.ink });
    if (halo) { Object.assign(pen, { strokeStyle: this.paper, lineWidth: 4 }); pen.strokeText(text, x, y, most); }
    pen.fillText(text, x, y, most);
    pen.strokeStyle = RING; pen.lineWidth = 2.5;
  }
  shapes(pen, box, state, dim) {
    const { count, group, panes, palette } = this.cloud, size = count < 800 ? 4 : count < 3000 ? 3 : 2.3, marked = new Set(this.marked());
    for (let k = 0; k < count; k++) {
      if (!this.shown(k)) continue;
      const [x, y] = this.place(state, box, k);
      if (x < box.x - 5 || x > box.x + box.w + 5 || y < box.y - 5 || y > box.y + box.h + 5) continue;
      pen.globalAlpha = dim && !marked.has(k) ? 0.3 : 0.85;
      pen.fillStyle = palette[panes[state].colour[k]];
      shape(pen, group[k], x, y, size);
    }
    pen.globalAlpha = 1;
  }
  pixels(pen, ratio, box, state, marked) {
    const [left, top, w, h] = [box.x, box.y, box.w, box.h].map((one) => Math.round(one * ratio)), { count, panes, rgb } = this.cloud;
    const image = pen.createImageData(w, h), to = image.data, size = Math.max(1, Math.round((count > 60000 ? 1.2 : 2) * ratio * Math.min(this.zoom, 2) ** 0.5)), solid = marked.length ? 60 : count > 60000 ? 90 : 170;
    for (let k = 0; k < count; k++) {
      if (!this.shown(k)) continue;
      const at = this.place(state, box, k), x = Math.round(at[0] * ratio) - left, y = Math.round(at[1] * ratio) - top, c = 3 * panes[state].colour[k];
      if (x < 0 || y < 0 || x >= w - size || y >= h - size) continue;
      for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) {
        const o = 4 * ((y + i) * w + x + j), had = to[o + 3], all = had + solid * (1 - had / 255), share = solid / Math.max(all, solid);
        for (let d = 0; d < 3; d++) to[o + d] = had ? to[o + d] + (rgb[c + d] - to[o + d]) * share : rgb[c + d];
        to[o + 3] = Math.min(all, 255);
      }
    }
    const layer = this.layer ??= document.createElement("canvas");
    Object.assign(layer, { width: w, height: h });
    layer.getContext("2d").putImageData(image, 0, 0);
    pen.drawImage(layer, box.x, box.y, box.w, box.h);
    const seen = marked.length <= 20000 ? marked : [];
    for (const k of seen) if (this.shown(k)) { const [x, y] = this.place(state, box, k); pen.fillStyle = this.cloud.palette[panes[state].colour[k]]; pen.fillRect(x - 1.5, y - 1.5, 3, 3); }
  }
  showLegend() {
    const { names, legend } = this.cloud;
    const entries = names.map((name, k) => {
      const entry = make("button", { type: "button", title: "Hide or show", onclick: () => { this.hidden.has(k) ? this.hidden.delete(k) : this.hidden.add(k); entry.setAttribute("aria-pressed", String(!this.hidden.has(k))); this.draw(); } });
      entry.setAttribute("aria-pressed", "true");
      const sign = make("canvas", { width: 24, height: 24 }), pen = sign.getContext("2d");
      pen.fillStyle = legend.byGroup ? this.cloud.palette[k % legend.colours] : GREY;
      shape(pen, k, 12, 12, 8);
      entry.append(sign, make("span", {}, name));
      return entry;
    });
    const colours = legend.entries.map(([name, colour]) => { const entry = make("span", {}, name); entry.prepend(make("i", { style: `background:${colour}` })); return entry; });
    if (legend.scale) colours.push(make("span", { className: "scale" }, `${legend.scale.low} `), make("i", { className: "ramp", style: `background:linear-gradient(90deg,${legend.scale.colours.join()})` }), make("span", {}, `${legend.scale.high} ${legend.scale.name}`));
    this.legend.replaceChildren(...entries, ...colours);
  }
  // A film: frames glide into each other; the page hears of a frame when the film rests on it.
  showFilm() {
    const { film, steps } = this.cloud;
    this.films.hidden = !film || steps.length < 2;
    if (this.films.hidden) return;
    this.push = make("button", { type: "button", onclick: () => (this.playing ? this.rest() : this.play()) }, "▶ Play");
    this.slider = make("input", { type: "range", min: 0, max: steps.length - 1, step: 1, ariaLabel: "Step of the run", oninput: () => this.glide(Number(this.slider.value)), onchange: () => this.rest() });
    this.counter = make("output");
    this.films.replaceChildren(this.push, this.slider, this.counter);
    this.count();
  }
  count() { if (this.slider) { const k = Math.round(this.at); this.slider.value = k; this.slider.setAttribute("aria-valuetext", `step ${this.cloud.steps[k]}`); this.counter.textContent = `step ${this.cloud.steps[k]}`; } }
  play() {
    if (this.at >= this.cloud.steps.length - 1) this.at = 0;
    this.playing = true; this.push.textContent = "⏸ Pause";
    const next = () => (this.playing && this.at < this.cloud.steps.length - 1 ? this.glide(Math.floor(this.at) + 1, next) : this.rest());
    next();
  }
  glide(goal, then = null) {
    cancelAnimationFrame(this.tick);
    const from = this.at, began = performance.now(), still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = (now) => {
      const share = still ? 1 : Math.min((now - began) / GLIDE, 1);
      this.at = share < 1 ? from + (goal - from) * (3 * share * share - 2 * share ** 3) : goal;
      this.draw(); this.count();
      if (share < 1) this.tick = requestAnimationFrame(step); else if (then) then();
    };
    this.tick = requestAnimationFrame(step);
  }
  rest() {
    const playing = this.playing, goal = playing ? Math.round(this.at) : Number(this.slider.value);
    this.playing = false; this.push.textContent = "▶ Play";
    if (playing) { cancelAnimationFrame(this.tick); this.at = goal; this.draw(); this.count(); }
    this.tell("rested", String(goal));
  }
  save(kind) {
    const anchor = make("a", { download: `space.${kind}` });
    const give = (blob) => { anchor.href = URL.createObjectURL(blob); anchor.click(); setTimeout(() => URL.revokeObjectURL(anchor.href), 10000); };
    if (kind === "png") return this.canvas.toBlob(give);
    const { width, height } = this.stage.getBoundingClientRect(), tag = (name, more, text = "") => { const made = document.createElementNS("http://www.w3.org/2000/svg", name); for (const [key, value] of Object.entries(more)) made.setAttribute(key, value); made.textContent = text; return made; };
    const picture = tag("svg", { viewBox: `0 0 ${width} ${height}`, width, height }), marked = [...this.marked()];
    picture.append(tag("rect", { width: "100%", height: "100%", fill: this.paper }));
    this.panes().forEach((box, k) => {
      const state = this.cloud.film ? Math.round(this.at) : k, pane = this.cloud.panes[state], text = (words, x, y, more = {}) => picture.append(tag("text", { x, y, fill: this.ink, "font-family": "sans-serif", "font-size": 12, ...more }, words));
      text(pane.title, box.x + 2, box.y - 6); text(pane.axes, box.x + 2, box.y + box.h + 13);
      for (const one of this.drawn) { const [[a, b], [c, d]] = [0, 1].map((end) => this.place(state, box, this.cloud.links[2 * one + end])); picture.append(tag("line", { x1: a, y1: b, x2: c, y2: d, stroke: LENGTHS.find(([most]) => pane.lengths[one] < most)[1] })); }
      for (let point = 0; point < this.cloud.count; point++) { const [x, y] = this.place(state, box, point); if (this.shown(point) && x > box.x && x < box.x + box.w && y > box.y && y < box.y + box.h) picture.append(tag("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: this.cloud.count > BINS ? 1 : 3, fill: this.cloud.palette[pane.colour[point]] })); }
      for (const one of marked) { const [x, y] = this.place(state, box, one); picture.append(tag("circle", { cx: x, cy: y, r: 7, fill: "none", stroke: RING, "stroke-width": 2 })); if (marked.length <= LABELLED) text(this.cloud.texts[one], x, y - 11, { "text-anchor": "middle" }); }
    });
    give(new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" }));
  }
}

function shape(pen, which, x, y, r) {
  const corners = [0, 4, 4, 3, 12, 12, 10, 3, 5, 6][which % 10], turn = [0, 0, Math.PI / 4, -Math.PI / 2, 0, Math.PI / 4, -Math.PI / 2, Math.PI / 2, -Math.PI / 2, 0][which % 10];
  pen.beginPath();
  if (!corners) pen.arc(x, y, r, 0, 2 * Math.PI);
  else for (let k = 0; k < corners; k++) {
    const a = turn + 2 * Math.PI * k / corners, reach = r * 1.25 * (corners === 12 ? (k % 3 ? 1.05 : 0.45) : corners === 10 ? (k % 2 ? 0.45 : 1.2) : 1);
    pen[k ? "lineTo" : "moveTo"](x + reach * Math.cos(a), y + reach * Math.sin(a));
  }
  pen.fill();
}
