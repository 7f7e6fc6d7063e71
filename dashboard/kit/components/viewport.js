// Tells whether the window is narrow, at first and whenever that changes.
export default function (component) {
  const { setStateValue } = component;
  const narrow = window.matchMedia("(max-width: 640px)");
  if (narrow.matches) setStateValue("narrow", true);
  const tell = () => setStateValue("narrow", narrow.matches);
  narrow.addEventListener("change", tell);
  return () => narrow.removeEventListener("change", tell);
}
