import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TypedBlock } from '../../lib/exercise/class/student-desk';
import { WRITTEN_NAMES } from '../../lib/guide/guide-names';
import { type GuideBlock, type GuidePage, readGuide } from '../../lib/guide/guide-page';
import { differences, typePage } from '../../scripts/typed-guide';
import { temporaryFolder } from '../rehearsal/fake-program';

const SEAT = { ...WRITTEN_NAMES, namespace: 'student-007', team: 'student-007' };

function page(): GuidePage {
  const guide = temporaryFolder();
  mkdirSync(join(guide, 'en'));
  writeFileSync(join(guide, 'en', '01-a.md'), '# A\n\n```sh\nkubectl get pods -n karpenter-test\n```\n\n```text\npod of karpenter-test\n```\n\n```sh\nkubectl get nodes\n```\n');
  return readGuide(guide, 'en', '01-a');
}

/** A desk at which commands print what is given, and are remembered. */
function desk(outputs: readonly string[], failsAt = Infinity) {
  const typed: string[] = [];
  return {
    typed,
    typeAll: (blocks: readonly GuideBlock[], onTyped: (typed: TypedBlock) => void = () => undefined): Promise<TypedBlock | undefined> => {
      for (const [index, { command }] of blocks.entries()) {
        const block = { seat: SEAT.namespace, command, exitCode: index === failsAt ? 1 : 0, output: outputs[index] ?? '', seconds: 0 };
        typed.push(command);
        onTyped(block);
        if (index === failsAt) return Promise.resolve(block);
      }
      return Promise.resolve(undefined);
    },
  };
}

describe('a page that is typed', () => {
  test('is typed with the names of the seat, and shows what it prints with its own', async () => {
    const at = desk(['pod of student-007', 'many nodes']);
    const typed = await typePage(at, page(), SEAT);
    expect(at.typed).toEqual(['kubectl get pods -n student-007', 'kubectl get nodes']);
    expect(typed).toEqual({ chapter: '01-a', outputs: ['pod of karpenter-test', 'many nodes'] });
    expect(differences(page(), typed)).toEqual([]);
  });

  test('fails when it prints something else than it shows, and names the command', async () => {
    expect(differences(page(), await typePage(desk(['no pod']), page(), SEAT))).toEqual([
      '01-a: differs from the page\n$ kubectl get pods -n karpenter-test\n--- shown\npod of karpenter-test\n--- printed\nno pod',
    ]);
  });

  test('fails when it was not typed', () => {
    expect(differences(page(), { chapter: '01-a', outputs: [] })).toEqual([expect.stringContaining('differs from the page')]);
  });

  test('fails when a command fails', async () => {
    expect(differences(page(), await typePage(desk(['refused'], 0), page(), SEAT))).toEqual(['01-a: failed with 1\n$ kubectl get pods -n student-007\nrefused']);
  });
});
