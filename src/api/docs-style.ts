/**
 * The style of the API page. Colours are the system's light or dark with our few on top, each at least 4.5 : 1 on its ground
 * (WCAG 2.2, 1.4.3); below 600 pixels the rows of tables become headings with their text under them.
 */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --text: #1c2128; --faint: #57606a; --line: #d0d7de; --link: #0a56b0;
  --code: #f2f4f7; --get: #116329; --put: #7d4e00; --post: #0a56b0; --delete: #b0202c; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --text: #dde3ea; --faint: #9aa6b2; --line: #343c46; --link: #79b8ff;
  --code: #1f262f; --get: #6fdd8b; --put: #e3b341; --post: #79b8ff; --delete: #ff8a8a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0.5rem 0; } h2 { margin: 2.5rem 0 0.5rem; border-bottom: 1px solid var(--line); }
h3 { margin: 2rem 0 0.25rem; font-size: 1.1rem; } h4, h5 { margin: 0.75rem 0 0.25rem; font-size: 0.9rem; color: var(--faint); }
p { margin: 0.25rem 0; } small { color: var(--faint); font-weight: normal; }
a { color: var(--link); } a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code { font: 0.9em ui-monospace, monospace; background: var(--code); padding: 0.1em 0.25em; border-radius: 3px; }
h3 b { font: bold 0.85em ui-monospace, monospace; }
b.get { color: var(--get); } b.put { color: var(--put); } b.post { color: var(--post); } b.delete { color: var(--delete); }
nav ul { margin: 0.25rem 0; padding-left: 1.25rem; } nav > ul { columns: 22rem; padding: 0; list-style: none; }
nav > ul > li { break-inside: avoid; margin-bottom: 0.5rem; } nav b { font: 0.8em ui-monospace, monospace; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.5rem 0.35rem 0; border-top: 1px solid var(--line); font-weight: normal; }
th { width: 12rem; }
:target { scroll-margin-top: 1rem; } section:target > h3 { text-decoration: underline; }
td table th { width: 9rem; }
@media (max-width: 600px) { body { padding: 0.75rem; } table, tbody, tr, th, td { display: block; width: auto; }
  td table th, th { width: auto; padding-bottom: 0; } td { border-top: 0; padding-top: 0; padding-left: 0.75rem; } }
`;
