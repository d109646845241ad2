import { readFileSync } from 'node:fs';
import { isJsonArray, parseJson, textAt } from '../../assembly/json';
import { LabError } from '../../lab-error';
import { parseNodeImageName, type NodeImage } from './node-image';

/**
 * Reads the images that moto was started with: the file of `MOTO_AMIS_PATH`, a JSON array of
 * objects with `name` and `ami_id`.
 *
 * @throws LabError `NodeImagesUnreadable`
 */
export function readNodeImages(file: string): readonly NodeImage[] {
  let parsed;
  try {
    parsed = parseJson(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw unreadable('The file of node images cannot be read.', file, cause);
  }
  if (!isJsonArray(parsed)) throw unreadable('The file of node images is no JSON array.', file);
  return parsed.map((entry) => {
    const name = textAt(entry, 'name') ?? '';
    const image = parseNodeImageName(name);
    if (image === undefined) throw unreadable('The file of node images has one that is not an EKS image of AL2023.', name);
    return image;
  });
}

function unreadable(message: string, received: string, cause?: unknown): LabError {
  return new LabError({
    code: 'NodeImagesUnreadable',
    message,
    received,
    remedy: 'Start the rehearsal again: it writes the file from the assembly.',
    cause,
  });
}
