import { join, resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { SeatGuideResult } from '../../exercise/class/seat-guide';
import { counted, LANGUAGES } from '../../words';
import { assemblyFlags, configuredAssembly } from '../assembly-flag';
import type { LabDocument } from '../document/document';
import { ExitCode } from '../errors';
import { languageFlag } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';

const FLAGS = [
  languageFlag,
  new Option('--seat <name>', 'seat whose names the pages have, such as student-007 (default: the instructor\'s names, with the pages for instructors)'),
  new Option('--output <folder>', 'folder for the pages (default: .lab/guide/LANGUAGE/SEAT)'),
  ...assemblyFlags,
] as const;

/** Where the pages go unless the user names a folder. */
const DEFAULT_FOLDER = join('.lab', 'guide');

/** `lab guide`: the guide with the names of one reader. */
export const guideVerb = defineVerb({
  name: 'guide',
  summary: 'write the guide for a student or for the instructor, in English or Korean',
  description: 'Writes the pages of docs/guide with the names of your lab: cluster, region, namespace and team. With --seat they have the '
    + 'names of that seat, so that a student copies each command as it stands. It needs no cluster and no AWS account.',
  flags: FLAGS,
  run: runGuide,
});

async function runGuide(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host } = invocation;
  const { language = LANGUAGES[0], seat, output } = flags;
  const result = await host.actions.writeGuide({
    assemblyDirectory: await configuredAssembly(flags, invocation),
    language,
    seat,
    folder: resolve(host.workingDirectory, output ?? join(DEFAULT_FOLDER, language, seat ?? 'instructor')),
  });
  return { result, document: guideDocument(result), exitCode: ExitCode.Ok };
}

function guideDocument({ seat, folder, pages }: SeatGuideResult): LabDocument {
  return {
    title: `Guide for ${seat ?? 'the instructor'} written`,
    tone: 'good',
    sections: [{ heading: 'Pages', aside: counted(pages.length, 'page'), blocks: [folder, pages] }],
  };
}
