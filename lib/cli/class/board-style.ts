/**
 * The style sheet of the board. Every length follows the window (`rem` is a share of its height), so that each projector shows the same
 * picture. What a seat shows follows the room that it has: with two hundred seats its number, its sign and how long, with ten all of it.
 *
 * Steps go from white over ever darker blue to green, and what is stuck is amber: the order can be told by lightness alone. Each has a
 * sign of its own besides, and five marks that fill up.
 */
export const BOARD_STYLE = `
:root {
  color-scheme: light;
  --page: #ffffff; --ink: #0b1520; --muted: #4a5867; --line: #b9c3cf; --panel: #eef2f6;
  --empty: #ffffff; --empty-ink: #4a5867; --deployed: #d3e5fa; --deployed-ink: #0a2749; --scaled: #9bc5f4; --scaled-ink: #051d3a;
  --launching: #62a6f2; --launching-ink: #000f1e; --running: #0b3f91; --running-ink: #ffffff; --finished: #05643a; --finished-ink: #ffffff;
  --stuck: #ffb700; --stuck-ink: #1c1200; --closed: #e3e7ec; --closed-ink: #3d4a58;
}
@media (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --page: #05090f; --ink: #f4f8fc; --muted: #aebccb; --line: #3b4958; --panel: #121b26;
    --empty: #05090f; --empty-ink: #b4c1cf; --deployed: #16304f; --deployed-ink: #dcebff; --scaled: #1f558f; --scaled-ink: #ffffff;
    --launching: #5ba3f5; --launching-ink: #000f1e; --running: #a6d2ff; --running-ink: #00152d; --finished: #3ddc91; --finished-ink: #00210f;
    --stuck: #ffc02e; --stuck-ink: #1c1200; --closed: #1b2430; --closed-ink: #b0bdcb;
  }
}
* { box-sizing: border-box; margin: 0; padding: 0; }
html { font: 700 clamp(8px, 1.4815vmin, 48px)/1.15 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif; }
body { height: 100vh; display: flex; flex-direction: column; gap: 1rem; padding: 1.4rem 1.6rem 0.6rem; background: var(--page); color: var(--ink); font-variant-numeric: tabular-nums; overflow-x: hidden; }
html:lang(ko) { word-break: keep-all; }
ol, ul { list-style: none; }
svg { display: block; width: 1em; height: 1em; fill: none; stroke: currentColor; stroke-width: 3.2; stroke-linecap: round; stroke-linejoin: round; flex: none; }
svg .solid { fill: currentColor; }

.head { display: flex; align-items: flex-end; justify-content: space-between; gap: 1rem 3rem; }
.lab { min-width: 0; flex: 0 1 auto; }
.lab h1 { font-size: 2.6rem; line-height: 1.1; letter-spacing: -0.01em; overflow-wrap: anywhere; }
.lab p { display: flex; align-items: center; gap: 0.8rem; font-size: 1.4rem; color: var(--muted); font-weight: 500; margin-top: 0.3rem; white-space: nowrap; }
.badge { font-weight: 700; color: var(--ink); border: 0.15rem dashed currentColor; border-radius: 0.5rem; padding: 0 0.6rem; }
.figures { display: flex; gap: 3.4rem; flex: none; }
.figures dt { font-size: 1.4rem; font-weight: 500; color: var(--muted); white-space: nowrap; }
.figures dd { font-size: 4.2rem; font-weight: 800; line-height: 1; letter-spacing: -0.02em; white-space: nowrap; }
.figures dd small { font-size: 2.1rem; font-weight: 600; color: var(--muted); letter-spacing: 0; }
.figures .ends { font-size: 1.3rem; font-weight: 500; letter-spacing: 0; line-height: 1.25; color: var(--muted); }
.figures { align-items: flex-end; }
.figures .urgent dd:not(.ends) { background: var(--stuck); color: var(--stuck-ink); border-radius: 0.6rem; padding: 0 0.8rem; margin-left: -0.8rem; display: flex; align-items: center; gap: 0.7rem; }
.figures .urgent svg { font-size: 0.7em; }
.figures .urgent small { color: inherit; }

.states { display: flex; gap: 0.8rem; }
.states li { flex: 1 1 auto; min-width: 0; display: flex; align-items: center; gap: 0.6rem; padding: 0.6rem 0.8rem; border-radius: 0.7rem; border: 0.2rem solid transparent; }
.states svg { font-size: 2.3rem; }
.states b { font-size: 2.9rem; letter-spacing: -0.02em; font-weight: 800; line-height: 1; }
.states span { font-size: 1.45rem; font-weight: 600; line-height: 1.05; }
.states .none { opacity: 0.5; }
.states .empty, .seat.empty { border-color: var(--line); }

.empty { background: var(--empty); color: var(--empty-ink); }
.deployed { background: var(--deployed); color: var(--deployed-ink); }
.scaled { background: var(--scaled); color: var(--scaled-ink); }
.launching { background: var(--launching); color: var(--launching-ink); }
.running { background: var(--running); color: var(--running-ink); }
.finished { background: var(--finished); color: var(--finished-ink); }
.closed { background: var(--closed); color: var(--closed-ink); }
.stuck { background: var(--stuck); color: var(--stuck-ink); }

.seats { flex: 1 1 0; min-height: 0; display: grid; grid-template-columns: repeat(var(--columns, 10), minmax(0, 1fr)); grid-template-rows: repeat(var(--rows, 3), minmax(4.4rem, 1fr)); gap: var(--gap, 0.6rem); }
.place { min-width: 0; min-height: 0; position: relative; border-radius: 0.7rem; cursor: pointer; outline-offset: 0.2rem; }
.seat { position: absolute; inset: 0; container-type: size; border-radius: 0.7rem; overflow: hidden; border: 0.2rem solid transparent; }
.seat.stuck { box-shadow: inset 0 0 0 0.25rem var(--stuck-ink); border-color: var(--stuck-ink); }
.seat.new { animation: arrive 1.2s ease-out; }
.inside { position: absolute; inset: 0; display: flex; flex-direction: column; padding: min(6cqw, 7cqh); font-size: min(19cqw, 24cqh); line-height: 1.28; }
.inside > * { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; flex: none; }
.top { display: flex; align-items: center; font-size: 2.15em; line-height: 1; font-weight: 800; letter-spacing: -0.02em; }
.top svg { font-size: 0.84em; position: absolute; right: min(6cqw, 7cqh); bottom: min(6cqw, 7cqh); }
.top .wait { position: absolute; left: min(6cqw, 7cqh); bottom: min(7cqw, 8cqh); font-size: 0.52em; font-weight: 600; letter-spacing: 0; }
.running .top .wait, .named .top .wait { display: none; }
.named .top svg { font-size: 0.74em; }
.top .wait small { font-size: 0.68em; }
.name { max-width: 72%; margin-top: auto; font-weight: 600; }
.state, .why, .cause, .type, .line, .pips { display: none; }
.pips { position: absolute; left: min(6cqw, 7cqh); right: min(6cqw, 7cqh); bottom: min(5cqw, 5cqh); height: min(5cqw, 5cqh); gap: 2px; }
.pips i { flex: 1; border-radius: 1px; background: currentColor; opacity: 0.22; }
.pips .done { opacity: 1; }

/* Room for the word of the step as well, and for the type of the node where all goes well. */
@container (min-width: 7rem) and (min-height: 5.4rem) {
  .inside { font-size: min(13.2cqw, 19cqh); }
  .top { font-size: 1.8em; }
  .top svg, .named .top svg { font-size: 1em; position: static; margin-left: auto; }
  .top .wait { left: min(6cqw, 7cqh); bottom: min(12cqw, 12cqh); font-size: 0.55em; }
  .name { max-width: none; margin: 0; }
  .state { display: block; }
  .named .state, .state span + span { display: none; }
  .pips { display: flex; }
  .running .type { display: block; }
}
/* Room for all of it. */
@container (min-width: 11.5rem) and (min-height: 9rem) {
  .inside { font-size: min(10.4cqw, 11.4cqh); padding-bottom: min(13cqw, 13cqh); }
  .top { font-size: 2em; }
  .top .wait, .running .top .wait, .named .top .wait { display: inline; position: static; margin-left: auto; font-size: 0.5em; font-weight: 600; }
  .top .wait + svg { margin-left: 0.35em; }
  .state, .named .state { display: flex; justify-content: space-between; }
  .state span + span { display: inline; font-weight: 500; }
  .type, .line { display: block; }
  .where:has(~ .idle), .named .where, .stuck :is(.type, .line:not(.money)) { display: none; }
  .stuck .why { -webkit-line-clamp: 2; }
  .named .type:has(~ .idle) { display: none; }
  .named .why { -webkit-line-clamp: 2; }
  .why { display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; white-space: normal; font-weight: 600; }
  .line { font-weight: 500; }
  .money { display: flex; justify-content: space-between; gap: 0.5em; margin-top: auto; }
  .money span:only-child { margin-left: auto; }
}
@container (min-width: 20rem) and (min-height: 16rem) {
  .inside { font-size: min(9.4cqw, 8.8cqh); }
  .top { font-size: 2.3em; margin-bottom: 0.1em; }
  .top .wait { font-size: 0.46em; }
  .where:has(~ .idle), .named :is(.type, .where) { display: block; }
  .stuck :is(.type, .line:not(.money)) { display: none; }
  .cause { display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; white-space: normal; font-size: 0.72em; font-weight: 500; }
}
/* A seat that was clicked or reached by the keyboard shows all of it. Its cause alone may be longer than the place. */
.place:focus { outline: none; z-index: 2; }
.place:focus .seat { position: fixed; inset: 17vh 28vw; box-shadow: 0 0 0 200vmax rgb(0 0 0 / 0.6); border-radius: 1.4rem; }
.place:focus .inside { font-size: min(7.2cqw, 6.5cqh); }
.place:focus .cause { font-size: 0.6em; -webkit-line-clamp: 4; }
.place:focus :is(.type, .line) { display: block; }
.place:focus .money { display: flex; }

.foot { display: flex; align-items: center; gap: 2rem; font-size: 1.2rem; font-weight: 500; color: var(--muted); min-height: 1.8rem; }
.foot .notice { flex: 1; color: var(--ink); font-weight: 700; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.foot a { color: inherit; }
kbd { font: inherit; border: 1px solid currentColor; border-radius: 0.3rem; padding: 0 0.4rem; }
.alarm { position: fixed; left: 0; right: 0; bottom: 0; z-index: 3; display: flex; justify-content: center; align-items: center; gap: 1rem; padding: 1rem 2rem; font-size: 2.4rem; background: var(--stuck); color: var(--stuck-ink); border-top: 0.35rem solid var(--stuck-ink); }
.alarm[hidden], .alarm:empty { display: none; }
.waiting { flex: 1; display: grid; place-content: center; justify-items: center; gap: 2rem; font-size: 3rem; color: var(--muted); }
.waiting svg { font-size: 6rem; }
body:has(> .alarm:not([hidden], :empty)) { padding-bottom: 5rem; }
body:has(> .alarm:not([hidden], :empty)) :is(.head, .states, .seats) { opacity: 0.45; filter: grayscale(1); }
.turning { animation: turn 2.4s linear infinite; transform-origin: 50% 50%; }
@keyframes turn { to { transform: rotate(360deg); } }
@keyframes arrive { 0% { transform: scale(0.86); filter: brightness(1.5); } 60% { transform: scale(1.05); } 100% { transform: none; } }
@media (prefers-reduced-motion: reduce) { .turning, .seat.new { animation: none; } }
@media (max-aspect-ratio: 4/3) {
  body { height: auto; min-height: 100vh; }
  .head, .states, .figures { flex: 0 1 auto; flex-wrap: wrap; }
  .states li { flex: 1 1 14rem; }
}
`;

/**
 * The script of the board. The server renders everything; the script puts what has changed in its place, fits the grid into the window,
 * and says when the server is silent.
 */
export const BOARD_SCRIPT = `'use strict';
const root = document.documentElement;
const grid = document.getElementById('seats');
const lost = document.getElementById('lost');

/** As many columns as make seats largest, with few places left over. */
function arrange() {
  if (grid === null) return;
  const count = grid.children.length;
  const { clientWidth: width, clientHeight: height } = grid;
  let best = { score: 0, columns: 1, rows: count };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const score = Math.min(width / columns / 1.3, height / rows) * (count / (columns * rows));
    if (score > best.score) best = { score, columns, rows };
  }
  grid.style.setProperty('--columns', best.columns);
  grid.style.setProperty('--rows', best.rows);
  grid.style.setProperty('--gap', best.columns > 14 ? '0.35rem' : best.columns > 9 ? '0.5rem' : '0.8rem');
}

let stream;
let heardAt = 0;
function connect() {
  stream?.close();
  heardAt = Date.now();
  stream = new EventSource('/status' + location.search);
  stream.onmessage = ({ data }) => {
    heardAt = Date.now();
    const { edition, parts } = JSON.parse(data);
    // Other seats, or another version of the page.
    if (edition !== root.dataset.edition) return location.reload();
    for (const [id, markup] of Object.entries(parts)) {
      const part = document.getElementById(id);
      if (part !== null) part.innerHTML = markup;
    }
    lost.hidden = true;
  };
  stream.onerror = () => {
    lost.hidden = false;
  };
}

// A browser takes a broken stream up again by itself, but not one that was refused, nor one that has gone silent.
setInterval(() => {
  const isSilent = Date.now() - heardAt > 15000;
  if (isSilent) lost.hidden = false;
  if (isSilent || (stream.readyState === EventSource.CLOSED && Date.now() - heardAt > 2000)) connect();
}, 2000);

addEventListener('keydown', ({ code, ctrlKey, metaKey, altKey }) => {
  if (ctrlKey || metaKey || altKey) return;
  if (code === 'Escape') document.activeElement?.blur();
  document.querySelector('a[data-key="' + code + '"]')?.click();
});
addEventListener('resize', arrange);
arrange();
connect();
`;
