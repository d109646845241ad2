import { Html } from './html';

const LIGHT = `
  color-scheme: light;
  --ink: #16202c; --muted: #566474; --line: #d5dbe3; --page: #ffffff; --panel: #f5f7fa;
  --accent: #0b5fc2; --karpenter: #c24a00; --karpenter-fill: #fff0e5; --good: #14703b; --caution: #8a5a00; --bad: #b3261e;
  --public-fill: #e9f6ec; --public-line: #4f9a63; --private-fill: #e8f1fc; --private-line: #4a82c4;
  --managed-fill: #f3edfb; --managed-line: #8660b8; --span: #a9b6c6;
`;

const DARK = `
  color-scheme: dark;
  --ink: #e7ecf2; --muted: #9fadbd; --line: #36414e; --page: #11161c; --panel: #1a212a;
  --accent: #7ab5ff; --karpenter: #ff9a57; --karpenter-fill: #3a2312; --good: #6fd598; --caution: #f0c060; --bad: #ff8f85;
  --public-fill: #15291b; --public-line: #4f9a63; --private-fill: #14243a; --private-line: #4a82c4;
  --managed-fill: #271d36; --managed-line: #8660b8; --span: #5c6a7b;
`;

const DRAWING_RULES = `.drawing text { fill: var(--ink); font-family: inherit; }
.drawing .title { font-size: 14px; font-weight: 700; }
.drawing .label { font-size: 13px; font-weight: 600; }
.drawing .small { font-size: 11.5px; fill: var(--muted); }
.drawing rect { stroke-width: 1.25; }
.region { fill: none; stroke: var(--line); stroke-dasharray: 6 4; }
.outside { fill: var(--panel); stroke: var(--muted); }
.managed { fill: var(--managed-fill); stroke: var(--managed-line); }
.vpc { fill: var(--panel); stroke: var(--muted); }
.zone { fill: var(--page); stroke: var(--line); stroke-dasharray: 4 4; }
.public { fill: var(--public-fill); stroke: var(--public-line); }
.private { fill: var(--private-fill); stroke: var(--private-line); }
.gateway { fill: var(--page); stroke: var(--public-line); }
.node { fill: var(--page); stroke: var(--private-line); }
.karpenter { fill: var(--karpenter-fill); stroke: var(--karpenter); }
.launched { fill: var(--karpenter-fill); stroke: var(--karpenter); stroke-dasharray: 5 3; }
.pod { fill: var(--karpenter); stroke: none; }
.pod, .span { rx: 3px; }
.arrow { fill: none; stroke: var(--muted); stroke-width: 1.5; }
.arrow-head { fill: var(--muted); }
.grid { stroke: var(--line); stroke-width: 1; }
.ready-line { stroke: var(--good); stroke-width: 1.5; stroke-dasharray: 5 3; }
.other .span { fill: var(--span); stroke: none; }
.other .label { font-weight: 400; fill: var(--muted); }
.critical .span { fill: var(--karpenter); stroke: none; }
`;

/** The style sheet of a drawing that stands alone. It follows the reader's light or dark mode. */
export const DRAWING_STYLE: Html = new Html(`
svg {${LIGHT} font-family: system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
@media (prefers-color-scheme: dark) { svg {${DARK}} }
${DRAWING_RULES}`);

/** The style sheet of the page. Paper is always light. */
export const PAGE_STYLE: Html = new Html(`
:root {${LIGHT}}
@media (prefers-color-scheme: dark) { :root {${DARK}} }
@media print { :root {${LIGHT}} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans KR", sans-serif; }
main, header, footer { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 0 0 4px; }
h2 { font-size: 1.3rem; margin: 48px 0 12px; padding-bottom: 6px; border-bottom: 2px solid var(--line); }
p, ul { margin: 0 0 12px; }
ul { padding-left: 20px; }
code { font: 0.9em/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { font: 0.8125rem/1.5 ui-monospace, Menlo, Consolas, monospace; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; margin: 0 0 12px; overflow-x: auto; }
.steps { padding-left: 24px; }
.steps li { margin-bottom: 16px; }
.steps h3 .muted { font-weight: 400; white-space: nowrap; font-size: 0.875rem; margin-left: 8px; }
.muted, footer { color: var(--muted); }
.badge { font-size: 0.7rem; font-weight: 600; letter-spacing: 0.06em; text-transform: uppercase; vertical-align: middle; white-space: nowrap; padding: 2px 8px; margin-left: 8px; border: 1px solid currentColor; border-radius: 999px; color: var(--muted); }
.badge.good { color: var(--good); } .badge.bad { color: var(--bad); } .badge.caution { color: var(--caution); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 12px; list-style: none; padding: 0; margin: 28px 0 0; }
.cards li { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; }
.cards b { display: block; font-size: 1.15rem; line-height: 1.4; overflow-wrap: anywhere; }
.cards span { color: var(--muted); font-size: 0.875rem; }
.lead { font-size: 1.15rem; font-weight: 600; }
figure { margin: 0 0 20px; }
figcaption { color: var(--muted); font-size: 0.875rem; margin-top: 8px; }
.scroll { overflow-x: auto; margin: 0 0 12px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9375rem; }
caption { text-align: left; color: var(--muted); font-size: 0.875rem; padding-bottom: 6px; }
th, td { text-align: left; vertical-align: top; padding: 6px 24px 6px 0; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-weight: 600; font-size: 0.8125rem; }
tbody th { font-weight: 500; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
dl { display: grid; grid-template-columns: fit-content(40%) 1fr; gap: 6px 24px; margin: 0 0 12px; font-size: 0.9375rem; }
dt { font-weight: 500; grid-column: 1; }
dd { margin: 0; grid-column: 2; overflow-wrap: anywhere; }
td ul { margin: 0; padding: 0; list-style: none; }
.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.total th, .total td { font-weight: 700; border-bottom-color: var(--muted); }
.notice { border-left: 4px solid currentColor; background: var(--panel); border-radius: 0 8px 8px 0; padding: 10px 16px; margin: 0 0 12px; }
.notice.caution { color: var(--caution); } .notice.bad { color: var(--bad); }
.notice h3 { margin: 0; overflow-wrap: anywhere; }
.notice p { margin: 4px 0 0; color: var(--ink); }
footer { font-size: 0.875rem; margin-top: 48px; padding-bottom: 40px; }
.drawing { display: block; width: 100%; height: auto; }
${DRAWING_RULES}@media print {
  body { font-size: 10pt; }
  main, header, footer { padding-left: 0; padding-right: 0; }
  .scroll { overflow-x: visible; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  th, td { padding-right: 14px; }
  h2 { break-after: avoid; margin-top: 28px; }
  figure, tr, .cards li, .notice { break-inside: avoid; }
  * { print-color-adjust: exact; }
}
`);
