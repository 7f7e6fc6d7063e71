// Keeps the visitor's number in a cookie for a year; a number that the browser has already goes back to the server.
export default function (component) {
  const { data, setStateValue } = component;
  const entry = document.cookie.split("; ").find((one) => one.startsWith(`${data.name}=`)) || "";
  const held = entry.slice(data.name.length + 1);
  const known = /^[0-9a-f]{32}$/.test(held);
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${data.name}=${known ? held : data.number}; Max-Age=31536000; Path=/; SameSite=Lax${secure}`;
  if (known && held !== data.number) setStateValue("number", held);
}
