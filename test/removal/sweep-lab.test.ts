import { DeleteVolumeCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { type RunContext, runContext } from '../../lib/run-context';
import { sweepLabIn, type SweepOptions } from '../../lib/removal/sweep-lab';
import { awsError } from '../preflight/account';
import { PlayedLab } from './played-lab';

describe('a sweep', () => {
  let lab: PlayedLab;
  const sweep = (more: Partial<SweepOptions> = {}, run: Partial<RunContext> = {}) =>
    sweepLabIn(lab.aws, { assemblyDirectory: lab.assemblyDirectory, everySeconds: 0.001, timeoutSeconds: 5, ...more }, runContext(run));

  beforeEach(async () => {
    lab = await PlayedLab.start();
    lab.withoutStack();
  });
  afterEach(() => lab.stop());

  it('removes what is left, and counts it by kind', async () => {
    const result = await sweep();
    expect(lab.remains).toEqual([]);
    expect(result).toMatchObject({ outcome: 'clean', account: '111122223333', isBillableLeft: false });
    expect(result.counts).toEqual([
      { kind: 'instance', label: 'instance', found: 2, removed: 2, remaining: 0 },
      { kind: 'volume', label: 'volume', found: 1, removed: 1, remaining: 0 },
      { kind: 'networkInterface', label: 'network interface', found: 1, removed: 1, remaining: 0 },
    ]);
  });

  it('lists only, in a dry run and when it is declined', async () => {
    await expect(sweep({ isDryRun: true })).resolves.toMatchObject({ outcome: 'listed', isBillableLeft: true, removed: [] });
    await expect(sweep({ confirm: ({ found }) => Promise.resolve(found.length !== 4) })).resolves.toMatchObject({ outcome: 'declined' });
    expect(lab.commands.filter((name) => /^(Delete|Terminate)/.test(name))).toEqual([]);
  });

  it('asks nothing where nothing is left', async () => {
    await sweep();
    const confirm = jest.fn();
    await expect(sweep({ confirm })).resolves.toMatchObject({ outcome: 'clean', found: [] });
    expect(confirm).not.toHaveBeenCalled();
  });

  it('tries again what is in use, and what AWS was asked too often for', async () => {
    lab.ec2.on(DeleteVolumeCommand)
      .rejectsOnce(awsError('VolumeInUse')).rejectsOnce(awsError('RequestLimitExceeded'))
      .callsFake(() => { lab.volumes.clear(); });
    await expect(sweep()).resolves.toMatchObject({ outcome: 'clean', kept: [] });
    expect(lab.ec2.commandCalls(DeleteVolumeCommand)).toHaveLength(3);
  });

  it('is finished by a second one when it is interrupted', async () => {
    const user = new AbortController();
    await expect(sweep({}, {
      signal: user.signal,
      onProgress: ({ detail }) => { if (detail?.startsWith('removed') === true) user.abort(new Error('interrupted')); },
    })).rejects.toThrow('interrupted');
    expect(lab.remains).not.toEqual([]);
    await expect(sweep()).resolves.toMatchObject({ outcome: 'clean' });
  });

  it('fails when the stack still exists', async () => {
    lab.stackStatus = 'DELETE_FAILED';
    await expect(sweep()).rejects.toMatchObject({ code: 'StackNotDeleted', received: 'DELETE_FAILED' });
  });

  it('fails when the cluster still exists', async () => {
    lab.clusterExists = true;
    await expect(sweep({ isDryRun: true })).rejects.toMatchObject({ code: 'ClusterNotDeleted', received: 'ACTIVE' });
  });

  it('fails when a kind cannot be listed: a list that lacks one would be no list', async () => {
    lab.ec2.on(DescribeVolumesCommand).rejects(awsError('UnauthorizedOperation'));
    await expect(sweep()).rejects.toMatchObject({ code: 'AwsAccessDenied', received: 'ec2:DescribeVolumes' });
    expect(lab.commands.filter((name) => /^(Delete|Terminate)/.test(name))).toEqual([]);
  });

  it('fails when credentials expire on the way', async () => {
    lab.ec2.on(DeleteVolumeCommand).rejects(awsError('ExpiredToken'));
    await expect(sweep()).rejects.toMatchObject({ code: 'AwsCredentialsRefused' });
  });
});
