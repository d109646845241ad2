import { renderPicture } from '../../lib/cli/document/picture';
import { timelineDrawing } from '../../lib/cli/document/timeline-drawing';
import { awsTimeline, lifeDocument, lifeTimeline } from '../../lib/cli/rehearse/life-document';
import { markupProblems } from './markup-check';
import { failedLife, passedLife } from './life-fixture';

const picture = renderPicture({
  ...lifeDocument(passedLife),
  drawings: [
    { heading: 'Here', drawing: timelineDrawing(lifeTimeline(passedLife), 'life') },
    { heading: 'On AWS', drawing: timelineDrawing(awsTimeline(passedLife), 'aws') },
  ],
});

test('a picture is well-formed, and needs nothing but itself', () => {
  expect(markupProblems(picture)).toEqual([]);
  expect(picture).not.toMatch(/ href=| src=|@import|url\(http|<script/);
  const ids = [...picture.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('its drawings stand below each other, within it', () => {
  const places = [...picture.matchAll(/<svg class="drawing" x="24" y="(\d+)" width="1080" height="(\d+)"/g)].map(([, y, height]) => ({ y: Number(y), end: Number(y) + Number(height) }));
  expect(places).toHaveLength(2);
  expect(places[1]?.y).toBeGreaterThan(places[0]?.end ?? Infinity);
  expect(Number(/^<svg [^>]* height="(\d+)"/.exec(picture)?.[1])).toBeGreaterThan(places[1]?.end ?? Infinity);
});

test('a stage is as long as its steps, and says where it did not pass', () => {
  expect(lifeTimeline(passedLife).spans.map(({ fromSeconds, toSeconds }) => toSeconds - fromSeconds).reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(117.4);
  expect(awsTimeline(passedLife).spans.find(({ label }) => label === 'teardown')).toMatchObject({ figure: '45 min' });
  expect(lifeTimeline(failedLife).spans.map(({ label }) => label)).toContain('deploy (failed)');
});
