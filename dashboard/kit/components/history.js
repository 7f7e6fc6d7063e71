// One press of Back for each change of page. Streamlit writes a page's address twice, first its path and then what was chosen: the second
// takes the place of the first, unless something was done on the page in between.
const { history } = window;
if (!history.pushOnce) {
  history.pushOnce = history.pushState.bind(history);
  let arriving = false;
  history.pushState = (state, title, url) => {
    const to = new URL(url, location.href);
    const same = to.pathname === location.pathname;
    if (same && arriving) history.replaceState(state, title, url);
    else history.pushOnce(state, title, url);
    arriving = !same;
  };
  for (const event of ["pointerdown", "keydown", "popstate"]) window.addEventListener(event, () => (arriving = false), true);
}
export default function () {}
