// Back to the top of the page whenever what it shows has become something else.
let shown;
export default function (component) {
  const now = component.data.shown;
  if (shown !== undefined && shown !== now) document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
  shown = now;
}
