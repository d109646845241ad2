import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guideChapters, pageFor, readGuide, textWithOutputs, writeGuide, writeOutputs } from '../../lib/guide/guide-page';
import type { GuideNames } from '../../lib/guide/guide-names';

const SEAT: GuideNames = { cluster: 'karpenter-lab', region: 'ap-northeast-2', namespace: 'student-007', team: 'student-007', karpenterNamespace: 'kube-system' };

const PAGE = `# 1. Scale

Namespace \`karpenter-test\`.

\`\`\`sh
kubectl get namespace karpenter-test
kubectl get nodes -l eks-team=my-team
\`\`\`

\`\`\`text
NAME             STATUS   AGE
karpenter-test   Active   60s
\`\`\`

\`\`\`sh
cat <<'EoF' > a.yaml
kind: Pod
EoF
\`\`\`

Read it:

\`\`\`text
of no command
\`\`\`

\`\`\`bash
kubectl get pods -w
\`\`\`
`;

/** A guide of two chapters and a page for instructors, in a folder of its own. */
function someGuide(): string {
  const guide = mkdtempSync(join(tmpdir(), 'guide-'));
  mkdirSync(join(guide, 'en'));
  for (const chapter of ['instructor-limits', '02-more', '01-scale']) writeFileSync(join(guide, 'en', `${chapter}.md`), PAGE);
  return guide;
}

describe('a page of the guide', () => {
  const page = readGuide(someGuide(), 'en', '01-scale');

  it('has a block for each fence of sh, with the output right after it', () => {
    expect(page.title).toBe('1. Scale');
    expect(page.blocks).toEqual([
      { command: 'kubectl get namespace karpenter-test\nkubectl get nodes -l eks-team=my-team', shown: 'NAME             STATUS   AGE\nkarpenter-test   Active   60s' },
      { command: "cat <<'EoF' > a.yaml\nkind: Pod\nEoF" },
    ]);
  });

  it('takes the names of a seat, in its text, its commands and its outputs', () => {
    const { text, blocks } = pageFor(page, SEAT);
    expect(text).toContain('Namespace `student-007`.');
    expect(blocks[0]).toEqual({ command: 'kubectl get namespace student-007\nkubectl get nodes -l eks-team=student-007', shown: 'NAME          STATUS   AGE\nstudent-007   Active   60s' });
    expect(text).not.toMatch(/karpenter-test|my-team/);
  });

  it('takes other outputs, and keeps everything else', () => {
    const text = textWithOutputs(page, ['No resources found', 'not used']);
    expect(text).toBe(PAGE.replace('NAME             STATUS   AGE\nkarpenter-test   Active   60s', 'No resources found'));
  });

  it('takes an output where it has shown an empty one', () => {
    const empty = { ...page, text: '```sh\nkubectl get nodes\n```\n\n```text\n```\n' };
    expect(textWithOutputs(empty, ['No resources found'])).toBe('```sh\nkubectl get nodes\n```\n\n```text\nNo resources found\n```\n');
  });
});

describe('the guide', () => {
  it('takes other outputs in all languages', () => {
    const guide = someGuide();
    mkdirSync(join(guide, 'ko'));
    writeFileSync(join(guide, 'ko', '01-scale.md'), PAGE.replace('# 1. Scale', '# 1. 늘리기'));
    writeOutputs(guide, '01-scale', ['No resources found', '']);
    expect(readGuide(guide, 'en', '01-scale').blocks).toEqual([expect.objectContaining({ shown: 'No resources found' }), expect.not.objectContaining({ shown: expect.anything() })]);
    expect(readGuide(guide, 'ko', '01-scale')).toMatchObject({ title: '1. 늘리기', blocks: readGuide(guide, 'en', '01-scale').blocks });
  });

  it('has the chapters in order, those for instructors last', () => {
    expect(guideChapters(someGuide(), 'en')).toEqual(['01-scale', '02-more', 'instructor-limits']);
  });

  it('is written for a seat without the pages for instructors', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'guide-of-seat-')), 'new', 'folder');
    const files = writeGuide({ guide: someGuide(), language: 'en', names: SEAT, withInstructors: false, folder });
    expect(files).toEqual(['01-scale.md', '02-more.md']);
    expect(readdirSync(folder)).toEqual(['01-scale.md', '02-more.md']);
    expect(readFileSync(join(folder, '01-scale.md'), 'utf8')).toContain('kubectl get namespace student-007');
  });
});
