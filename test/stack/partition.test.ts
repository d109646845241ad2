import { synthLab } from '../support/synth-lab';

describe('the lab in another partition of AWS', () => {
  test.each([
    ['us-gov-west-1', ['us-gov-west-1a', 'us-gov-west-1b']],
    ['cn-north-1', ['cn-north-1a', 'cn-north-1b']],
  ])('in %s names no resource of the partition aws', async (region, availabilityZones) => {
    const { template } = await synthLab({ region, availabilityZones });
    expect(JSON.stringify(template.toJSON()).match(/.{0,40}arn:aws:.{0,40}/g) ?? []).toEqual([]);
  });
});
