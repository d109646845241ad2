import { runLab } from '../../lib/cli/run-lab';
import type { SeatGuideOptions } from '../../lib/exercise/class/seat-guide';
import { fakeHost } from './fake-host';

/** A host that remembers which guide was asked for. */
function hostWithGuide() {
  const asked: SeatGuideOptions[] = [];
  const host = fakeHost({
    workingDirectory: '/work',
    actions: {
      writeGuide: (options) => {
        asked.push(options);
        return Promise.resolve({ language: options.language, seat: options.seat, folder: options.folder, pages: ['00-desk.md', '01-scaling.md'] });
      },
    },
  });
  return { host, asked };
}

describe('lab guide', () => {
  test('writes the guide of a seat into a folder of its own', async () => {
    const { host, asked } = hostWithGuide();
    expect(await runLab(['guide', '--language', 'ko', '--seat', 'student-007'], host)).toBe(0);
    expect(asked).toEqual([{ assemblyDirectory: '/work/cdk.out', language: 'ko', seat: 'student-007', folder: '/work/.lab/guide/ko/student-007' }]);
    expect(host.stdout.text).toContain('Guide for student-007 written');
    expect(host.stdout.text).toContain('01-scaling.md');
  });

  test('writes the English guide of the instructor where nothing else is asked for, into the folder that is named', async () => {
    const { host, asked } = hostWithGuide();
    expect(await runLab(['guide', '--output', 'pages'], host)).toBe(0);
    expect(asked).toEqual([{ assemblyDirectory: '/work/cdk.out', language: 'en', seat: undefined, folder: '/work/pages' }]);
  });

  test('fails when it is asked for another language', async () => {
    const { host, asked } = hostWithGuide();
    expect(await runLab(['guide', '--language', 'fr'], host)).toBe(2);
    expect(host.stderr.text).toContain('--language takes en or ko.');
    expect(asked).toEqual([]);
  });
});
