import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Language, LANGUAGES } from '../words';
import { type GuideNames, outputWithNames, withNames } from './guide-names';

/*
 * The guide: Markdown pages in `docs/guide`, a folder for each language. What a reader types stands in fences of `sh`; what the
 * commands print, as far as the page shows it, stands in a fence of `text` right after. Other fences are read, not typed.
 */

/** Folder of the guide in the lab's folder. */
export const GUIDE_FOLDER = join('docs', 'guide');

/** How the names of the pages begin that need a cluster-admin. */
const INSTRUCTOR_PAGE = /^instructor-/;

/** Commands of a page that are typed together, and what they print. */
export interface GuideBlock {
  /** One or more lines of shell. */
  readonly command: string;
  /** What the page shows of the output, standard output and errors together. @default - nothing */
  readonly shown?: string;
}

/** A page of the guide. */
export interface GuidePage {
  readonly language: Language;
  /** Name of its file without `.md`, such as `01-scaling`. It is the same in all languages. */
  readonly chapter: string;
  /** Its first heading. */
  readonly title: string;
  /** All of it, as Markdown. */
  readonly text: string;
  /** In the order of the page. */
  readonly blocks: readonly GuideBlock[];
  /** Whether it is for the instructor: its commands need a cluster-admin. */
  readonly isForInstructors: boolean;
}

/**
 * Names of the chapters, in order: those of students first.
 *
 * @param guide folder of the guide, such as `docs/guide`
 */
export function guideChapters(guide: string, language: Language): readonly string[] {
  const files = readdirSync(join(guide, language)).filter((file) => file.endsWith('.md')).map((file) => file.slice(0, -'.md'.length));
  return files.toSorted((a, b) => Number(INSTRUCTOR_PAGE.test(a)) - Number(INSTRUCTOR_PAGE.test(b)) || (a < b ? -1 : 1));
}

/** Reads a page. @param guide folder of the guide, such as `docs/guide` */
export function readGuide(guide: string, language: Language, chapter: string): GuidePage {
  return guidePage(language, chapter, readFileSync(join(guide, language, `${chapter}.md`), 'utf8'));
}

function guidePage(language: Language, chapter: string, text: string): GuidePage {
  const blocks: GuideBlock[] = [];
  for (const { language: kind, body, isRightAfter } of fencesOf(text)) {
    const last = blocks.at(-1);
    if (kind === 'sh') blocks.push({ command: body });
    else if (kind === 'text' && isRightAfter && last !== undefined) blocks[blocks.length - 1] = { ...last, shown: body };
  }
  return { language, chapter, title: /^# (.+)$/m.exec(text)?.[1] ?? chapter, text, blocks, isForInstructors: INSTRUCTOR_PAGE.test(chapter) };
}

/** A page as one reader gets it: with the names of their cluster, namespace and team. */
export function pageFor(page: GuidePage, names: GuideNames): GuidePage {
  const fences = fencesOf(page.text);
  let end = 0;
  const parts: string[] = [];
  for (const fence of fences) {
    parts.push(withNames(page.text.slice(end, fence.start), names), fence.language === 'text' ? outputWithNames(fence.body, names) : withNames(fence.body, names));
    end = fence.end;
  }
  return guidePage(page.language, page.chapter, [...parts, withNames(page.text.slice(end), names)].join(''));
}

/**
 * The text of a page with other outputs beside its commands.
 *
 * @param outputs one for each block of the page; those of blocks that show nothing are not used
 */
export function textWithOutputs(page: GuidePage, outputs: readonly string[]): string {
  let block = -1;
  let end = 0;
  const parts: string[] = [];
  for (const { language, isRightAfter, start, end: fenceEnd, body } of fencesOf(page.text)) {
    if (language === 'sh') block += 1;
    if (language !== 'text' || !isRightAfter || block < 0) continue;
    const output = outputs[block] ?? body;
    // An empty fence has no line of its own yet.
    parts.push(page.text.slice(end, start), body === '' && output !== '' ? `${output}\n` : output);
    end = fenceEnd;
  }
  return [...parts, page.text.slice(end)].join('');
}

/**
 * Puts other outputs into a chapter of the guide, in all languages.
 *
 * @param outputs one for each block of the chapter, comparable; those of blocks that show nothing are not used
 */
export function writeOutputs(guide: string, chapter: string, outputs: readonly string[]): void {
  for (const language of LANGUAGES) {
    writeFileSync(join(guide, language, `${chapter}.md`), textWithOutputs(readGuide(guide, language, chapter), outputs));
  }
}

/**
 * Writes the guide for one reader. A folder that is there is written over, page by page.
 *
 * @returns the names of their files, in order
 */
export function writeGuide({ guide, language, names, withInstructors, folder }: WriteGuideOptions): readonly string[] {
  const pages = guideChapters(guide, language)
    .map((chapter) => readGuide(guide, language, chapter))
    .filter(({ isForInstructors }) => withInstructors || !isForInstructors)
    .map((page) => pageFor(page, names));
  mkdirSync(folder, { recursive: true });
  return pages.map(({ chapter, text }) => {
    writeFileSync(join(folder, `${chapter}.md`), text);
    return `${chapter}.md`;
  });
}

/** Which guide is written, for whom and where. */
export interface WriteGuideOptions {
  /** Folder of the guide, such as `docs/guide`. */
  readonly guide: string;
  readonly language: Language;
  readonly names: GuideNames;
  /** Whether the pages for instructors are written, too. */
  readonly withInstructors: boolean;
  /** Where the pages go. It is made where it is missing. */
  readonly folder: string;
}

/** A fenced block. */
interface Fence {
  readonly language: string;
  readonly body: string;
  /** Where the body begins and ends in the text, without the line break at its end. */
  readonly start: number;
  readonly end: number;
  /** Whether only empty lines stand between it and the fence of `sh` before it. */
  readonly isRightAfter: boolean;
}

function fencesOf(text: string): readonly Fence[] {
  const fences: Fence[] = [];
  let before: { readonly language: string; readonly after: number } | undefined;
  for (const { index, 0: whole, 1: language = '', 2: body = '' } of text.matchAll(/^```([a-z]*)\n(.*?)\n?^```$/gms)) {
    const start = index + '```'.length + language.length + 1;
    const isRightAfter = before?.language === 'sh' && text.slice(before.after, index).trim() === '';
    fences.push({ language, body, start, end: start + body.length, isRightAfter });
    before = { language, after: index + whole.length };
  }
  return fences;
}
