import { comparableOutputs } from '../lib/guide/comparable-output';
import type { GuideNames } from '../lib/guide/guide-names';
import { type GuidePage, pageFor } from '../lib/guide/guide-page';
import type { StudentDesk, TypedBlock } from '../lib/exercise/class/student-desk';

/** A page of the guide that somebody typed. */
export interface TypedPage {
  readonly chapter: string;
  /** What each block printed, as the page shows outputs; those after one that failed are missing. */
  readonly outputs: readonly string[];
  /** @default - none failed */
  readonly failed?: TypedBlock;
}

/**
 * Types all blocks of a page at a desk.
 *
 * @param page as it is written
 * @param names of whoever sits there
 */
export async function typePage(desk: Pick<StudentDesk, 'typeAll'>, page: GuidePage, names: GuideNames): Promise<TypedPage> {
  const comparable = comparableOutputs(names);
  const outputs: string[] = [];
  // What a page does not show may tell of other seats: their nodes must not take names from what it shows.
  const failed = await desk.typeAll(pageFor(page, names).blocks, ({ output }) => outputs.push(page.blocks[outputs.length]?.shown === undefined ? output : comparable(output)));
  return { chapter: page.chapter, outputs, ...(failed !== undefined && { failed }) };
}

/** How what was typed differs from what a page shows, block by block: the command, what the page shows, and what was printed. Empty where it does not. */
export function differences(page: GuidePage, { outputs, failed }: TypedPage): readonly string[] {
  if (failed !== undefined) return [`${page.chapter}: failed with ${failed.exitCode}\n$ ${failed.command}\n${failed.output}`];
  return page.blocks.flatMap(({ command, shown }, block) => shown === undefined || shown === outputs[block]
    ? []
    : [`${page.chapter}: differs from the page\n$ ${command}\n--- shown\n${shown}\n--- printed\n${outputs[block] ?? ''}`]);
}
