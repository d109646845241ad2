import { renameSync, writeFileSync } from 'node:fs';
import { priceTableOf } from '../../estimates/price-table';
import { LabError } from '../../lab-error';
import { startAwsAnswers, type AwsAnswersServer } from './aws-answers-server';
import { parseAwsAnswersArguments } from './command-line';
import { readNodeImages } from './node-image-file';
import { rehearsedLab } from './rehearsed-lab';

/** Takes a line of the log, without its end. */
export type WriteLine = (line: string) => void;

/**
 * Starts the server as its command line says, and writes its port to the ready file.
 *
 * @param argv options, without the interpreter and the script
 * @throws LabError `AwsAnswersMisused`, `RegionWithoutPrices`, `NodeImagesUnreadable`,
 * `EndpointNotLocal`, `AwsAnswersNotStarted`, `AssemblyNotFound` or `AssemblyUnreadable`
 */
export async function runAwsAnswers(argv: readonly string[], writeLine: WriteLine): Promise<AwsAnswersServer> {
  const { port, moto, region, imagesFile, readyFile, lab } = parseAwsAnswersArguments(argv);
  const prices = priceTableOf(region);
  if (prices === undefined) {
    throw new LabError({
      code: 'RegionWithoutPrices',
      message: 'There is no price table of the region, so Karpenter would choose by the prices of another.',
      received: region,
      remedy: 'Rehearse the lab in ap-northeast-2, or add a table to lib/estimates/prices.',
    });
  }

  const server = await startAwsAnswers({
    moto,
    port,
    prices,
    images: readNodeImages(imagesFile),
    lab: lab === undefined ? undefined : rehearsedLab(lab, moto),
    log: (entry) => writeLine(JSON.stringify(entry)),
  });
  // Whoever waits for the file must not see half of it.
  writeFileSync(`${readyFile}.part`, `${server.port}\n`);
  renameSync(`${readyFile}.part`, readyFile);
  return server;
}
