// The pair at other values of a setting of the solver: a slider that moves lines and plan together, without asking the server.
const CELL = 15, ROOM = 74, PAUSE = 160; // pixels of a cell and of its names; milliseconds of a step of the film

function filmOf(data, onFrame, send) {
  const { now, colors, sign, label: does, ends: [least, greatest] } = data.film, frames = JSON.parse(data.film.frames);
  const element = make("div", { class: "film" });
  const controls = make("div", { class: "dial" });
  const play = make("button", { type: "button", class: "tool", title: `Play from ${least} to ${greatest}`, "aria-label": `Play from ${least} to ${greatest}` });
  play.textContent = "▶";
  const label = make("label", {}), value = make("output", {}), told = make("p", { class: "told", role: "status" });
  label.textContent = `${sign}: ${does} `;
  const slider = make("input", { type: "range", min: 0, max: frames.length - 1, step: 1, value: now, "aria-label": `${sign}, moved in the picture` });
  label.append(slider);
  const ends = make("div", { class: "ends" });
  for (const text of [least, greatest]) ends.append(Object.assign(make("span"), { textContent: text }));
  controls.append(label, ends, value, play, told);
  const plan = planOf(data, frames, colors);
  element.append(controls, plan.element);
  let timer = null;

  function turnTo(index) {
    const frame = frames[index];
    slider.value = index;
    slider.setAttribute("aria-valuetext", frame.shown);
    value.textContent = frame.shown;
    told.textContent = frame.told;
    plan.paint(frame.mass);
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶";
  }

  slider.addEventListener("input", () => { turnTo(Number(slider.value)); onFrame(frames[slider.value]); });
  slider.addEventListener("change", () => { stop(); send("dial", frames[slider.value].value); });
  play.addEventListener("click", () => {
    if (timer) return stop();
    let index = 0;
    play.textContent = "❚❚";
    timer = setInterval(() => {
      turnTo(index);
      onFrame(frames[index]);
      index += 1;
      if (index === frames.length) stop();
    }, PAUSE);
  });
  turnTo(now);
  return { element, stop };
}

function planOf(data, frames, colors) {
  const words = ["source", "target"].map((side) => data[side].words.map((word) => word.text));
  const [rows, columns] = frames[0].shape, top = Math.max(...frames.flatMap((frame) => frame.mass), 1);
  const size = { width: ROOM + columns * CELL + 2, height: ROOM + rows * CELL + 2 };
  const element = make("svg", { class: "plan", ...size, viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": `The plan at this ${data.film.sign}, source words down, target words across` }, SVG);
  const cut = (text) => (text.length > 9 ? `${text.slice(0, 8)}…` : text);
  words[0].slice(0, rows).forEach((text, i) => {
    const name = make("text", { x: ROOM - 5, y: ROOM + (i + 0.5) * CELL, "text-anchor": "end", "dominant-baseline": "central" }, SVG);
    name.textContent = cut(text);
    element.append(name);
  });
  words[1].slice(0, columns).forEach((text, j) => {
    const at = `${ROOM + (j + 0.5) * CELL},${ROOM - 5}`;
    const name = make("text", { transform: `translate(${at}) rotate(-60)`, "text-anchor": "start", "dominant-baseline": "central" }, SVG);
    name.textContent = cut(text);
    element.append(name);
  });
  const cells = frames[0].mass.map((_, place) => {
    const [i, j] = [Math.floor(place / columns), place % columns];
    const cell = make("rect", { x: ROOM + j * CELL, y: ROOM + i * CELL, width: CELL - 1, height: CELL - 1 }, SVG);
    const title = make("title", {}, SVG);
    cell.append(title);
    element.append(cell);
    return { cell, title, names: `${words[0][i]} → ${words[1][j]}` };
  });

  function paint(mass) {
    cells.forEach(({ cell, title, names }, place) => {
      cell.style.fill = colors[Math.round((mass[place] / top) * (colors.length - 1))];
      title.textContent = `${names}: ${(mass[place] / 1000).toFixed(3)}`;
    });
  }
  return { element, paint };
}
