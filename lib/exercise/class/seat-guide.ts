import { join } from 'node:path';
import type { LabView } from '../../assembly/lab-view';
import { TEAM_LABEL } from '../../config/names';
import type { GuideNames } from '../../guide/guide-names';
import { GUIDE_FOLDER, writeGuide } from '../../guide/guide-page';
import { LabError } from '../../lab-error';
import type { Language } from '../../words';
import { expectationsOf } from '../expectations';
import { classOf, requireSeats } from './class-seats';

/** Whose guide is written, and where. */
export interface SeatGuideOptions {
  readonly language: Language;
  /** Whose names the pages have. @default - the instructor's, with the pages for instructors */
  readonly seat?: string;
  /** Absolute path of the folder for the pages. */
  readonly folder: string;
}

/** A guide that was written. */
export interface SeatGuideResult {
  readonly language: Language;
  /** @default - the instructor's */
  readonly seat?: string;
  /** Absolute path of the folder with the pages. */
  readonly folder: string;
  /** Names of its pages, in order. */
  readonly pages: readonly string[];
}

/**
 * Writes the guide with the names of a seat, or of the instructor.
 *
 * @param projectDirectory folder of the project, which the guide is in
 * @throws LabError `ClassNotConfigured`, `SeatUnknown`, before anything is written; `GuideFolderUnusable`
 */
export function writeSeatGuide(lab: LabView, projectDirectory: string, { language, seat, folder }: SeatGuideOptions): SeatGuideResult {
  const names = guideNames(lab, seat);
  try {
    const pages = writeGuide({ guide: join(projectDirectory, GUIDE_FOLDER), language, names, withInstructors: seat === undefined, folder });
    return { language, ...(seat === undefined ? {} : { seat }), folder, pages };
  } catch (error) {
    throw new LabError({
      code: 'GuideFolderUnusable',
      message: `The guide can't be written into ${folder}: ${error instanceof Error ? error.message : String(error)}.`,
      received: folder,
      remedy: 'Give a folder that you may write into: `--output guide`.',
      cause: error,
    });
  }
}

/**
 * The names that the guide has for a seat, or for the instructor.
 *
 * @throws LabError `ClassNotConfigured`, `SeatUnknown`
 */
export function guideNames(lab: LabView, seat?: string): GuideNames {
  if (seat !== undefined) requireSeats(classOf(lab), [seat]);
  const { namespace, nodeSelector, region } = expectationsOf(lab);
  return {
    cluster: lab.cluster.name,
    region,
    namespace: seat ?? namespace,
    team: seat ?? nodeSelector[TEAM_LABEL] ?? namespace,
    karpenterNamespace: lab.karpenter.namespace,
  };
}
