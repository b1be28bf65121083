/**
 * The style sheet of the page of a story: light and dark as the reader has it, on a telephone, a screen and paper. One text,
 * because the page's security policy names its hash and allows no other style.
 */
import { createHash } from 'node:crypto';

export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2126;--dim:#5b6670;--line:#d9dee3;--soft:#f4f6f8;--link:#0b5cad;--bar:#4f83b5;
--bad:#b3261e;--badsoft:#fdeceb;--warn:#8a5300;--warnsoft:#fff5e0;--mark:#fff3bf}
@media (prefers-color-scheme:dark){:root{--bg:#15181b;--fg:#dce2e8;--dim:#98a3ad;--line:#343b42;--soft:#1d2226;--link:#7db8f0;--bar:#5f96c9;
--bad:#ff8b80;--badsoft:#3a1d1b;--warn:#f0b95a;--warnsoft:#33270f;--mark:#4a4010}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.2rem;max-width:96rem;background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif}
h1{font-size:1.35rem;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:1.8rem 0 .5rem}
h1 small{font-weight:400;color:var(--dim);font-size:1rem}
p{margin:.3rem 0}
a{color:var(--link);text-decoration:none}
a:hover,a:focus{text-decoration:underline}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.87em}
code,.wrap,td a{overflow-wrap:anywhere}
pre{margin:.4rem 0;padding:.6rem .8rem;background:var(--soft);border:1px solid var(--line);border-radius:4px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
summary{cursor:pointer;color:var(--dim)}
.dim{color:var(--dim)}
.box{border:1px solid var(--line);border-left:4px solid var(--line);border-radius:4px;padding:.7rem 1rem;margin:.8rem 0;background:var(--soft)}
.box.bad{border-left-color:var(--bad);background:var(--badsoft)}
.box.warn{border-left-color:var(--warn);background:var(--warnsoft)}
.box h2{margin:0 0 .3rem}
.box pre{background:var(--bg);max-height:24rem;overflow-y:auto}
.box ul{margin:.2rem 0;padding-left:1.2rem}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:600;color:var(--dim);font-size:.87em}
td,th{padding:.18rem .6rem .18rem 0;vertical-align:top;border-bottom:1px solid var(--line)}
.num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.tree td{padding-top:.1rem;padding-bottom:.1rem;border-bottom-color:var(--soft)}
.tree .line{width:38%;min-width:8rem;padding-right:0}
.tree svg{display:block;width:100%;height:1.1rem;background:var(--soft)}
.tree rect{fill:var(--bar)}
.tree .break{fill:var(--line)}
.tree .bad rect:not(.break){fill:var(--bad)}
.tree .warn rect:not(.break){fill:var(--warn)}
.state,.l-error .lv,.l-critical .lv,.l-warning .lv{font-weight:600}
tr.bad .state,.l-error .lv,.l-critical .lv{color:var(--bad)}
tr.warn .state,.l-warning .lv{color:var(--warn)}
${[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((depth) => `.d${depth}{padding-left:${depth * 0.9}rem}`).join('')}
.records td{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.82rem}
.records .m{width:100%;overflow-wrap:anywhere}
.records .t,.records .p,.records .n{white-space:nowrap}
.l-error,.l-critical{background:var(--badsoft)}
.l-warning{background:var(--warnsoft)}
.l-debug,.l-trace{color:var(--dim)}
.gap td{text-align:center;color:var(--dim);font-style:italic;padding:.4rem}
:target{outline:2px solid var(--link);background:var(--mark)}
.pick{display:inline-block;margin-right:1rem;color:var(--dim)}
.pick:has(:checked){color:var(--fg);font-weight:600}
body:has(#show-info:checked) .l-debug:not(:target){display:none}
body:has(#show-warn:checked) :is(.l-debug,.l-trace,.l-info,.l-audit,.l-none,.gap):not(:target){display:none}
footer{margin-top:2rem;padding-top:.6rem;border-top:1px solid var(--line);color:var(--dim);font-size:.87rem}
@media (max-width:46rem){
.report{display:block;overflow-x:auto}
.report td:has(a){min-width:14rem}
body{padding:.7rem;font-size:14px}
.records thead,.tree .self,.tree .head{display:none}
.records tr{display:block;border-bottom:1px solid var(--line);padding:.25rem 0}
.records td{display:inline;border:0;padding:0 .4rem 0 0}
.records .p{white-space:normal;overflow-wrap:anywhere}
.records .m{display:block;padding:.1rem 0 0}
.tree tr{display:flex;flex-wrap:wrap;padding:.15rem 0;border-bottom:1px solid var(--line)}
.tree td{border:0;padding:0 .5rem 0 0}
.tree .name{flex:1 1 100%;overflow-wrap:anywhere}
.tree .num{flex:0 0 4.8rem}
.tree .line{flex:1 1 40%;width:auto}
.facts td,.facts th{display:block;border:0;padding:0}
.facts tr{display:block;padding:.3rem 0;border-bottom:1px solid var(--line)}
.facts thead{display:none}
}
@media print{
:root{--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;--soft:#fff;--badsoft:#fff;--warnsoft:#fff;--link:#000;--bad:#a00;--warn:#630;--bar:#555}
body{padding:0;font-size:10pt;max-width:none}
.picks{display:none}
.box pre{max-height:none}
tr,.box{break-inside:avoid}
.records tr{break-inside:auto}
.tree rect{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;

/** No script, no image, no font, no address but ours: only this style (CSP level 2, hash of the text between the tags). */
export const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;
