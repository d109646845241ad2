import type { OpenClassResult, OpenSeat } from '../../exercise/class/open-class';
import { momentText } from '../../words';
import { html, Html, type HtmlPart } from '../document/html';

const STYLE = new Html(`
:root { color-scheme: light; --ink: #16202c; --muted: #566474; --line: #9aa6b4; }
@page { size: A4; margin: 12mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; word-break: keep-all; max-width: 190mm; padding: 8mm 0; background: #ffffff; color: var(--ink); font: 10.5pt/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif; }
header { margin-bottom: 6mm; }
h1 { font-size: 15pt; margin: 0; }
p { margin: 0 0 2mm; }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 5mm; }
article { border: 1px dashed var(--line); padding: 5mm; break-inside: avoid; }
h2 { font-size: 19pt; line-height: 1.1; margin: 0 0 1mm; }
.student { font-size: 14pt; font-weight: 600; min-height: 1.45em; margin-bottom: 3mm; }
dl { margin: 0; }
dt { color: var(--muted); font-size: 8.5pt; margin-top: 2mm; }
dd { margin: 0; }
/* A line to type is one line: at a break nobody knows whether a space belongs there. */
code { font: 8pt/1.6 ui-monospace, Menlo, Consolas, monospace; white-space: nowrap; }
a { overflow-wrap: anywhere; }
.secret { color: var(--muted); font-size: 8.5pt; margin: 3mm 0 0; }
@media print { body { padding: 0; max-width: none; } header { display: none; } }
`);

/**
 * A page to print: a card for each seat, in Korean and English. No secret is on it: the way in is the file that a card names.
 *
 * @param guide address of the guide. By default the cards name none
 */
export function renderSeatCards({ cluster, karpenterNamespace, seats }: Pick<OpenClassResult, 'cluster' | 'karpenterNamespace' | 'seats'>, guide?: string): string {
  return html`<!DOCTYPE html>
<html lang="ko">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${cluster}: ${seats.length}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${cluster}</h1>
<p>좌석 카드 ${seats.length}장입니다. 인쇄해서 나누어 주세요. 카드에는 비밀번호나 토큰이 없습니다. 접속 파일은 학생마다 자기 것만 따로 보내 주세요.</p>
<p lang="en">Cards for ${seats.length === 1 ? '1 seat' : `${seats.length} seats`}, to print and hand out. There is no secret on them: send each student the file of their own seat, and no other.</p>
</header>
<main>
${seats.map((seat) => card(seat, karpenterNamespace, guide))}</main>
</body>
</html>
`.markup;
}

function card({ seat, student = '', kubeconfig, tokenEndsAt }: OpenSeat, karpenterNamespace: string, guide: string | undefined): Html {
  return html`<article>
<h2>${seat}</h2>
<p class="student">${student}</p>
<dl>
${[
    entry('받은 파일', 'Your file', html`<code>${kubeconfig}</code>`),
    entry('파일이 있는 폴더에서 입력 (macOS, Linux, WSL)', 'Type in the folder of the file', html`<code>export KUBECONFIG="$PWD/${kubeconfig}"</code>`),
    entry('그다음', 'Then', html`<code>export KARPENTER_NAMESPACE=${karpenterNamespace}</code>`),
    entry('확인', 'Check', html`<code>${'kubectl get pods'}</code>`),
    ...(guide === undefined ? [] : [entry('실습 안내', 'Guide', html`<a href="${guide}">${guide}</a>`)]),
    entry('사용 기한', 'Good until', momentText(tokenEndsAt)),
  ]}</dl>
<p class="secret">이 파일은 비밀번호와 같습니다. 다른 사람에게 주지 마세요. <span lang="en">The file is like a password: give it to nobody.</span></p>
</article>
`;
}

function entry(korean: string, english: string, value: HtmlPart): Html {
  return html`<dt>${korean} · <span lang="en">${english}</span></dt>
<dd>${value}</dd>
`;
}
