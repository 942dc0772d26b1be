// Cuts a text at the wanted words, so that they can be marked without ever being HTML.
export function pieces(text, words) {
  const wanted = (words || "").toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return [{ text, marked: false }];
  const lower = text.toLowerCase();
  if (lower.length !== text.length) return [{ text, marked: false }]; // a letter that grows in lower case
  const found = [];
  let start = 0;
  while (start < text.length) {
    let next = null;
    for (const word of wanted) {
      const at = lower.indexOf(word, start);
      if (at >= 0 && (next === null || at < next.at)) next = { at, size: word.length };
    }
    if (next === null) break;
    if (next.at > start) found.push({ text: text.slice(start, next.at), marked: false });
    found.push({ text: text.slice(next.at, next.at + next.size), marked: true });
    start = next.at + next.size;
  }
  if (start < text.length) found.push({ text: text.slice(start), marked: false });
  return found;
}
