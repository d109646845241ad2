import { resolve } from 'node:path';
import type { JsonObject } from '../../lib/json';
import { cleanRehearsal } from '../../lib/rehearsal/stop-rehearsal';
import { markedProcesses } from '../../lib/rehearsal/process/running-processes';
import { rehearsalStatus } from '../../lib/rehearsal/rehearsal-status';
import { startRehearsal } from '../../lib/rehearsal/start-rehearsal';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { runContext } from '../../lib/run-context';
import { writeAssembly } from '../assembly/write-assembly';
import { synthLab } from '../support/synth-lab';

const projectDirectory = resolve(__dirname, '../..');
const name = 'e2e-broken';
const rehearsal = { projectDirectory, name, env: process.env };
const paths = rehearsalPaths(projectDirectory, name);

/** A part of a manifest as the template holds it: manifests are texts there. */
function inManifest(part: string): string {
  return JSON.stringify(part).slice(1, -1);
}

describe('a rehearsal of a broken lab', () => {
  let template: string;

  beforeAll(async () => {
    template = JSON.stringify((await synthLab()).template.toJSON());
    await cleanRehearsal(rehearsal, runContext());
  });
  afterEach(() => {
    expect(markedProcesses(paths.directory)).toEqual([]);
    expect(['absent', 'stopped']).toContain(rehearsalStatus(rehearsal).state);
  });
  afterAll(async () => {
    await cleanRehearsal(rehearsal, runContext());
  });

  /** Starts the lab with one word of its template changed, and gives the failure. */
  async function startWith(text: string, instead: string): Promise<unknown> {
    if (!template.includes(text)) throw new Error(`the template has no ${text}`);
    const assemblyDirectory = writeAssembly(JSON.parse(template.replaceAll(text, instead)) as JsonObject);
    return startRehearsal({ ...rehearsal, assemblyDirectory }, runContext()).then(() => 'it started', (error: unknown) => error);
  }

  it('fails when the subnets have another discovery tag, with the tag that no subnet has', async () => {
    expect(await startWith('{"Key":"karpenter.sh/discovery"', '{"Key":"karpenter.sh/discovered"')).toMatchObject({
      code: 'NodeClassNotReady',
      message: expect.stringContaining('no subnet matches karpenter.sh/discovery=karpenter-lab'),
      received: 'EC2NodeClass default',
    });
  });

  it('fails when the NodePool gives another team label, with both labels', async () => {
    expect(await startWith(inManifest('{"labels":{"eks-team":"my-team"}}'), inManifest('{"labels":{"eks-team":"your-team"}}'))).toMatchObject({
      code: 'NodeSelectorUnmatched',
      message: 'No NodePool gives nodes the label eks-team=my-team that Deployment inflate selects: NodePool default gives eks-team=your-team.',
    });
  });

  it('fails when the NodePool is against its schema, with the field that the API server refuses', async () => {
    expect(await startWith(inManifest('"consolidationPolicy":"WhenEmptyOrUnderutilized"'), inManifest('"consolidationPolicy":"WhenIdle"'))).toMatchObject({
      code: 'ManifestRefused',
      message: expect.stringMatching(/refused NodePool default: .*spec\.disruption\.consolidationPolicy: Unsupported value: "WhenIdle"/),
    });
  });

  it('fails when the EC2NodeClass names a role that the stack does not make, with the role', async () => {
    expect(await startWith(inManifest('"role":"karpenter-lab-karpenter-node"'), inManifest('"role":"another-role"'))).toMatchObject({
      code: 'NodeClassNotReady',
      message: expect.stringMatching(/Role another-role not found/),
      received: 'EC2NodeClass default',
    });
  });
});
