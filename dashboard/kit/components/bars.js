// Whole numbers drawn by hand: bars to drag, or cells to click. What was drawn goes back as text with commas.
const make = (tag, name, text) => {
  const element = document.createElement(tag);
  element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
};

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".drawn");
  const focused = [...root.querySelectorAll("button")].indexOf(root.getRootNode().activeElement);
  const values = [...data.values];
  root.replaceChildren();
  const send = () => setTriggerValue("drawn", values.join(","));
  const clamp = (value) => Math.max(0, Math.min(data.top, value));
  if (data.shape === "bars") bars();
  else cells();
  if (focused >= 0) root.querySelectorAll("button")[focused]?.focus({ preventScroll: true });

  function bars() {
    const frame = make("div", "bars"), row = make("div", "row"), places = make("div", "places");
    frame.style.setProperty("--ink", data.color);
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", data.label);
    const slots = values.map((_, index) => slot(index));
    row.append(...slots.map(({ element }) => element));
    values.forEach((_, index) => places.append(make("span", "", String(index + 1))));
    frame.append(row, places);
    root.append(frame);
    let drawing = false;

    function slot(index) {
      const element = make("button", "slot"), fill = make("span", "fill"), count = make("span", "count");
      element.type = "button";
      element.setAttribute("role", "slider");
      element.setAttribute("aria-valuemin", "0");
      element.setAttribute("aria-valuemax", String(data.top));
      element.append(fill, count);
      const paint = () => {
        fill.style.height = `${(100 * values[index]) / data.top}%`;
        count.textContent = values[index];
        element.setAttribute("aria-valuenow", String(values[index]));
        element.setAttribute("aria-label", `${data.label}, place ${index + 1}`);
      };
      element.addEventListener("keydown", (event) => {
        const step = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        values[index] = clamp(values[index] + step);
        paint();
        send();
      });
      paint();
      return { element, paint };
    }

    function follow(event) {
      const box = row.getBoundingClientRect();
      const index = Math.max(0, Math.min(values.length - 1, Math.floor(((event.clientX - box.left) / box.width) * values.length)));
      const value = clamp(Math.round(((box.bottom - event.clientY) / box.height) * data.top));
      if (value === values[index]) return;
      values[index] = value;
      slots[index].paint();
    }
    row.addEventListener("pointerdown", (event) => {
      drawing = true;
      row.setPointerCapture(event.pointerId);
      follow(event);
    });
    row.addEventListener("pointermove", (event) => drawing && follow(event));
    row.addEventListener("pointerup", () => {
      if (!drawing) return;
      drawing = false;
      if (!values.some((value) => value > 0)) values[0] = 1; // nothing at all would be no histogram
      send();
    });
  }

  function cells() {
    const n = data.rows.length, m = data.columns.length;
    const frame = make("div", "cells");
    frame.style.gridTemplateColumns = `auto repeat(${m}, minmax(24px, 1fr))`;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", data.label);
    const edge = (place, wanted, sum) => {
      const element = make("span", "edge", `${place}: ${sum}/${wanted}`);
      if (sum === wanted) element.classList.add("right");
      return element;
    };
    const row = (i) => values.slice(i * m, (i + 1) * m).reduce((sum, value) => sum + value, 0);
    const column = (j) => values.reduce((sum, value, k) => sum + (k % m === j ? value : 0), 0);
    frame.append(make("span", "edge", "from ↓ to →"));
    for (let j = 0; j < m; j++) frame.append(edge(j + 1, data.columns[j], column(j)));
    for (let i = 0; i < n; i++) {
      frame.append(edge(i + 1, data.rows[i], row(i)));
      for (let j = 0; j < m; j++) {
        const k = i * m + j, cell = make("button", "cell", values[k] || "·");
        cell.type = "button";
        cell.classList.toggle("filled", values[k] > 0);
        cell.setAttribute("aria-label", `from ${i + 1} to ${j + 1}: ${values[k]}`);
        const change = (step) => {
          values[k] = clamp(values[k] + step);
          send();
        };
        cell.addEventListener("click", (event) => change(event.shiftKey ? -1 : 1));
        cell.addEventListener("contextmenu", (event) => {
          event.preventDefault();
          change(-1);
        });
        cell.addEventListener("keydown", (event) => {
          if (event.key === "-" || event.key === "Backspace") change(-1);
          if (event.key === "+") change(1);
        });
        frame.append(cell);
      }
    }
    root.append(frame);
  }
}
