import { renderPage } from '../../lib/cli/document/render-page';
import { exerciseDocument } from '../../lib/cli/exercise/exercise-document';
import { classDocument } from '../../lib/cli/rehearse/class-document';
import { lifeDocument } from '../../lib/cli/rehearse/life-document';
import type { ClassResult, ExerciseResult } from '../../lib/exercise/exercise-result';
import type { LifeResult } from '../../lib/exercise/life-result';
import { passedLife } from './life-fixture';
import { markupProblems } from './markup-check';
import { failedClass, failedExercise, passedClass, passedExercise } from './rehearsal-fixtures';

const exercisePage = (result: ExerciseResult): string => renderPage(exerciseDocument(result));
const classPage = (result: ClassResult): string => renderPage(classDocument(result));

const lifePage = (result: LifeResult): string => renderPage(lifeDocument(result));

const HOSTILE = `<script>alert("x")</script>'&amp;`;

/** Texts that choose among words of the lab itself. */
const OWN_WORDS: readonly string[] = ['passed', 'failed', 'skipped'];

/** The value with a hostile end on every text in it, however deep. */
function withHostileTexts<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => typeof part === 'string' && !OWN_WORDS.includes(part) ? part + HOSTILE : part) as T;
}

const PAGES: readonly (readonly [what: string, page: string, hostilePage: string])[] = [
  ['an exercise that passed', exercisePage(passedExercise), exercisePage(withHostileTexts(passedExercise))],
  ['an exercise that failed', exercisePage(failedExercise), exercisePage(withHostileTexts(failedExercise))],
  ['a life', lifePage(passedLife), lifePage(withHostileTexts(passedLife))],
  ['a class', classPage(passedClass), classPage(withHostileTexts(passedClass))],
];

describe.each(PAGES)('the page of %s', (_what, page, hostilePage) => {
  test('is well-formed', () => {
    expect(markupProblems(page)).toEqual([]);
  });

  test('stays well-formed and harmless when every text in it is hostile', () => {
    expect(markupProblems(hostilePage)).toEqual([]);
    expect(hostilePage).not.toContain('<script');
    expect(hostilePage).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;amp;');
  });

  test('loads nothing from anywhere, and forbids it', () => {
    expect(page).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />`);
    expect(page).not.toMatch(/\s(?:src|srcset|data|href|action|poster)=/);
    expect(page).not.toMatch(/@import|<link|<iframe|<object|<img|<script|javascript:|url\(http/);
  });

  test('can be read with a screen reader', () => {
    expect(page).toContain('<html lang="en">');
    expect(page).toMatch(/role="img" aria-labelledby="(\w+)-title \1-description"/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('the timeline has a bar for every moment, each where the last one ends, within the chart', () => {
  const page = exercisePage(passedExercise);
  const bars = [...page.matchAll(/class="span" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map(([, x, width]) => ({ x: Number(x), end: Number(x) + Number(width) }));
  expect(bars).toHaveLength(passedExercise.timeline.length);
  expect(Math.max(...bars.map(({ end }) => end))).toBeLessThanOrEqual(Number(/class="small" x="([\d.]+)" y="46"/.exec(page)?.[1]));
  expect(bars.map(({ x }) => x)).toEqual(bars.map(({ x }) => x).toSorted((a, b) => a - b));
});

test.each([0, 0.001, 1, 10_000])('drawings have figures however short or long it took: %d times', (factor) => {
  const timeline = passedExercise.timeline.map((mark) => ({ ...mark, atSeconds: mark.atSeconds * factor }));
  const { min, median, p90, max } = passedClass.secondsToRunning;
  const secondsToRunning = { min: min * factor, median: median * factor, p90: p90 * factor, max: max * factor };
  expect(exercisePage({ ...passedExercise, timeline }) + classPage({ ...passedClass, secondsToRunning })).not.toMatch(/NaN|Infinity/);
});

test('a run without a timeline and without nodes has no empty drawing and no empty table', () => {
  const page = exercisePage({ ...failedExercise, timeline: [] });
  expect(page).not.toContain('<svg');
  expect(page).not.toContain('<table');
  expect(page).toContain('Failed at step &quot;A node is launched&quot;.');
});

test('the page of a class of which nobody finished says why, and draws no times', () => {
  const page = classPage(failedClass);
  expect(markupProblems(page)).toEqual([]);
  expect(page).toContain('exceed limits for nodepool');
  expect(page).not.toContain('<svg');
});

test('shows the evidence line by line', () => {
  expect(exercisePage(passedExercise)).toContain('<pre>NAME      READY   UP-TO-DATE   AVAILABLE   AGE\ninflate   0/0     0            0           12s</pre>');
});
