import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GUIDE_FOLDER, guideChapters } from '../../../lib/guide/guide-page';
import { guideNames, type SeatGuideOptions, writeSeatGuide } from '../../../lib/exercise/class/seat-guide';
import type { LabView } from '../../../lib/assembly/lab-view';
import { smallLabView } from '../../assembly/small-lab';
import { labWithClass } from './class-in-a-fake';

const projectDirectory = resolve(__dirname, '../../..');
const chapters = guideChapters(join(projectDirectory, GUIDE_FOLDER), 'ko');

describe('the guide of a seat', () => {
  let lab: LabView;

  beforeAll(async () => {
    lab = await labWithClass(3, { 'clusterName': 'seoul-class', 'karpenter.namespace': 'karpenter' });
  });

  /** Writes a guide into a new folder, or where it is told to. */
  const write = (options: Partial<SeatGuideOptions>, folder = join(mkdtempSync(join(tmpdir(), 'seat-guide-')), 'new')) =>
    ({ folder, result: (view = lab) => writeSeatGuide(view, projectDirectory, { language: 'ko', folder, ...options }) });

  it('has the names of the seat and of the lab, and none of those that it is written with', () => {
    const { folder, result } = write({ seat: 'student-003' });
    expect(result()).toEqual({ language: 'ko', seat: 'student-003', folder, pages: chapters.filter((chapter) => !chapter.startsWith('instructor')).map((chapter) => `${chapter}.md`) });
    const text = readdirSync(folder).map((page) => readFileSync(join(folder, page), 'utf8')).join('\n');
    expect(text).toContain('kubectl scale deployment -n student-003 inflate --replicas 5');
    expect(text).toContain('eks-team: student-003');
    expect(text).toContain('export KARPENTER_NAMESPACE=karpenter\n');
    expect(text).toContain('export KUBECONFIG="$PWD/student-003.kubeconfig"');
    expect(text).not.toMatch(/karpenter-test|my-team/);
  });

  it('has the pages for instructors where no seat is named', () => {
    const { folder, result } = write({ language: 'en' });
    expect(result().pages).toEqual(chapters.map((chapter) => `${chapter}.md`));
    expect(readFileSync(join(folder, '01-scaling.md'), 'utf8')).toContain('-n karpenter-test');
  });

  it('takes its names from the lab', () => {
    expect(guideNames(lab, 'student-002')).toEqual({ cluster: 'seoul-class', region: 'ap-northeast-2', namespace: 'student-002', team: 'student-002', karpenterNamespace: 'karpenter' });
  });

  describe('fails', () => {
    it('when the class has no such seat, before anything is written', () => {
      const { folder, result } = write({ seat: 'student-004' });
      expect(() => result()).toThrow(expect.objectContaining({ code: 'SeatUnknown', received: 'student-004' }));
      expect(existsSync(folder)).toBe(false);
    });

    it('when the lab has no class', () => {
      const { folder, result } = write({ seat: 'student-001' });
      expect(() => result(smallLabView())).toThrow(expect.objectContaining({ code: 'ClassNotConfigured' }));
      expect(existsSync(folder)).toBe(false);
    });

    it('when the folder for the pages is a file', () => {
      const file = join(mkdtempSync(join(tmpdir(), 'seat-guide-')), 'file');
      writeFileSync(file, 'mine');
      expect(() => write({}, file).result()).toThrow(expect.objectContaining({ code: 'GuideFolderUnusable', received: file }));
      expect(readFileSync(file, 'utf8')).toBe('mine');
    });
  });
});
