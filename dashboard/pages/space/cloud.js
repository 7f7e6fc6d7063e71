// Takes the points of a picture over and draws nothing. It stands apart from the canvas so that a click, which runs the page again, does
// not send them once more.
const KEPT = 6;
const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const floats = (text) => new Float32Array(bytes(text).buffer);

export default function ({ data }) {
  const clouds = (window.otcoreClouds ??= new Map());
  clouds.delete(data.key);
  clouds.set(data.key, {
    ...data,
    group: bytes(data.group),
    kind: bytes(data.kind),
    context: data.context && new Int32Array(bytes(data.context).buffer),
    links: new Int32Array(bytes(data.links).buffer),
    rgb: data.palette.flatMap((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))),
    panes: data.panes.map((pane) => ({ ...pane, xy: floats(pane.xy), colour: bytes(pane.colour), lengths: floats(pane.lengths) })),
  });
  while (clouds.size > KEPT) clouds.delete(clouds.keys().next().value);
  window.dispatchEvent(new Event("otcore-cloud"));
}
