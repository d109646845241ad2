import { readFileSync } from 'node:fs';
import { type Document, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import { ConfigFileError } from './problems';

/** The file that an instructor edits. It may be absent: every key has a default. */
const DEFAULT_LAB_FILE = 'lab.yaml';

/** What stands in a configuration file, before it is checked. */
export interface LabFile {
  readonly content: JsonObject;
  /** The place of a key, such as `lab.yaml:12`; undefined where the file does not have the key. */
  placeOf(path: readonly PropertyKey[]): string | undefined;
}

/** Nothing configured: all defaults. */
const EMPTY_FILE: LabFile = { content: {}, placeOf: () => undefined };

/**
 * Reads a configuration file.
 *
 * @param name - the file that was asked for
 * @default - `lab.yaml` in the working directory, or all defaults where there is none
 */
export function readLabFile(name?: string): LabFile {
  const file = name ?? DEFAULT_LAB_FILE;
  const text = readText(file);
  if (text !== undefined) {
    return parseLabFile(file, text);
  }
  if (name !== undefined) {
    throw new ConfigFileError({
      code: 'ConfigFileMissing',
      message: 'The configuration file does not exist.',
      received: file,
      remedy: `Correct the path, or leave it out to read ${DEFAULT_LAB_FILE}.`,
    });
  }
  return EMPTY_FILE;
}

function readText(file: string): string | undefined {
  const bytes = readBytes(file);
  return bytes === undefined ? undefined : decode(file, bytes);
}

function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw new ConfigFileError({
      code: 'ConfigFileUnreadable',
      message: 'The configuration file exists, but could not be read.',
      received: file,
      remedy: 'Make it a plain file that you may read.',
      cause,
    });
  }
}

/** A text without its byte order mark. Another encoding would make values that nobody wrote, or a YAML error that says nothing. */
function decode(file: string, bytes: Buffer): string {
  if (isUtf16(bytes)) throw notUtf8(file, 'It is UTF-16, which Windows calls Unicode.', 'UTF-16');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const text = bytes.toString('utf8');
    const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length;
    throw notUtf8(file, `Line ${line} has letters of another encoding, such as CP949 (EUC-KR).`, 'CP949', cause);
  }
}

/** By its byte order mark, or by a byte 0, which no YAML has: in UTF-16 every other byte of a Latin text is one. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.includes(0);
}

function notUtf8(file: string, reason: string, encoding: string, cause?: unknown): ConfigFileError {
  return new ConfigFileError({
    code: 'ConfigFileMisencoded',
    message: `The configuration file is not UTF-8. ${reason}`,
    received: file,
    remedy: 'Save it as UTF-8. VS Code: click the encoding in the status bar, then Save with Encoding. Notepad: Save as, Encoding UTF-8. '
      + `In a shell: iconv -f ${encoding} -t UTF-8 lab.yaml > new.yaml && mv new.yaml lab.yaml`,
    cause,
  });
}

function parseLabFile(file: string, text: string): LabFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  // A warning means that a value is not what its author wrote: a tag that YAML does not know is dropped.
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    throw malformed(file, lineCounter.linePos(error.pos[0]).line, error.message, error);
  }
  const odd = oddKey(document);
  if (odd !== undefined) {
    throw malformed(file, lineCounter.linePos(odd.range?.[0] ?? 0).line, 'A key is a word, not a list or a map');
  }
  const content = toJs(file, () => document.toJS() as JsonValue | undefined);
  if (!isJsonObject(content)) {
    throw malformed(file, 1, 'Keys and values were expected, such as region: ap-northeast-2');
  }
  return {
    content,
    placeOf(path) {
      const node = document.getIn(path, true);
      const offset = isNode(node) ? node.range?.[0] : undefined;
      return offset === undefined ? undefined : `${file}:${lineCounter.linePos(offset).line}`;
    },
  };
}

/** A key that is itself a list or a map. YAML would make a text of it that is no key of ours. */
function oddKey(document: Document): Node | undefined {
  let found: Node | undefined;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isNode(key) || isScalar(key)) return undefined;
      found = key;
      return visit.BREAK;
    },
  });
  return found;
}

/** An alias without an anchor shows only when the document is turned into values. */
function toJs(file: string, convert: () => JsonValue | undefined): JsonValue {
  try {
    return convert() ?? {};
  } catch (cause) {
    throw malformed(file, 1, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function malformed(file: string, line: number, reason: string, cause?: unknown): ConfigFileError {
  return new ConfigFileError({
    code: 'ConfigFileMalformed',
    message: `${reason} (line ${line}).`,
    received: `${file}:${line}`,
    remedy: 'Correct the YAML of this line. Text with : # * & or @ in it stands in quotes.',
    cause,
  });
}
