/**
 * Generated parts of a Markdown file: what stands between `<!-- table: NAME -->` and `<!-- end of table: NAME -->` is
 * written by a program, all else by people.
 */
const opening = (name: string): string => `<!-- table: ${name} -->`;
const closing = (name: string): string => `<!-- end of table: ${name} -->`;

/** Names of the parts of a text, in their order. */
export const partNames = (text: string): string[] =>
  [...text.matchAll(/<!-- table: (.+?) -->/g)].map(([, name]) => name);

/**
 * A text with some of its parts replaced; what is between other markers stays.
 * @throws Error when a part has no markers, or they do not stand exactly once and in this order
 */
export function withParts(text: string, parts: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [name, content] of parts) {
    const [first, last] = [opening(name), closing(name)];
    const [from, to] = [result.indexOf(first), result.indexOf(last)];
    if (from < 0 || to < 0) throw new Error(`there are no markers ${first} and ${last}`);
    if (to < from || result.indexOf(first, from + 1) >= 0 || result.indexOf(last, to + 1) >= 0)
      throw new Error(`${first} and ${last} must stand once each, in this order`);
    result = `${result.slice(0, from + first.length)}\n\n${content.trim()}\n\n${result.slice(to)}`;
  }
  return result;
}
