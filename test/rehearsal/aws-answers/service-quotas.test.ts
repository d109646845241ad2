import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { PLAYED_VCPU_QUOTA } from '../../../lib/rehearsal/aws-answers/service-quotas';
import { faultOf, sdkConfiguration, startAnswering, type Answering } from './answering';

describe('the quotas of a rehearsed account', () => {
  let answering: Answering;
  let quotas: ServiceQuotasClient;

  beforeEach(async () => {
    answering = await startAnswering();
    quotas = new ServiceQuotasClient(sdkConfiguration(answering.url));
  });

  afterEach(async () => {
    quotas.destroy();
    await answering.stop();
  });

  const known: [service: string, code: string, value: number][] = [
    ['ec2', 'L-1216C47A', PLAYED_VCPU_QUOTA], ['ec2', 'L-34B43A08', PLAYED_VCPU_QUOTA], ['vpc', 'L-F678F1CE', 5], ['ec2', 'L-417A185B', 0],
  ];
  it.each(known)('are known by service and code: %s %s [quotas-values]', async (ServiceCode, QuotaCode, value) => {
    expect((await quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota).toMatchObject({ QuotaCode, Value: value });
    expect((await quotas.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota?.Value).toBe(value);
  });

  it('fails with what is no code of a quota [quotas-code]', async () => {
    await expect(faultOf(quotas.send(new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'vcpus' })))).resolves.toBe('NoSuchResourceException');
  });
});
