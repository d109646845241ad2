import { awsFailure } from '../lib/aws/aws-failure';
import { proxyAdvice } from '../lib/proxy-advice';

describe('the advice about a proxy', () => {
  const environment = { ...process.env };
  beforeEach(() => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'AWS_ENDPOINT_URL']) delete process.env[name];
  });
  afterAll(() => { process.env = environment; });

  const CLUSTER = 'https://ABCDEF.gr7.ap-northeast-2.eks.amazonaws.com';

  it('is none where no proxy is named', () => {
    process.env['HTTPS_PROXY'] = '';
    expect([proxyAdvice(), proxyAdvice(CLUSTER)]).toEqual(['', '']);
  });

  it.each([['HTTPS_PROXY'], ['https_proxy'], ['ALL_PROXY']])('names %s, without the password that may stand in it', (name) => {
    process.env[name] = 'http://kim:secret@proxy.school.example:3128';
    expect(proxyAdvice(CLUSTER)).toMatch(new RegExp(`^ ${name} is set, and this command does not go through the proxy`));
    expect(proxyAdvice(CLUSTER)).not.toContain('secret');
  });

  it('is none for what runs on this computer', () => {
    process.env['HTTPS_PROXY'] = 'http://proxy.school.example:3128';
    expect(['https://127.0.0.1:6443', 'http://localhost:8080', 'http://[::1]:80'].map((server) => proxyAdvice(server))).toEqual(['', '', '']);
    process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:5000';
    expect(proxyAdvice()).toBe('');
  });

  it('stands in the remedy where AWS did not answer, and nowhere else', () => {
    process.env['HTTPS_PROXY'] = 'http://proxy.school.example:3128';
    const remedyOf = (name: string): string => awsFailure(Object.assign(new Error('connect ETIMEDOUT'), { name }), 'sts:GetCallerIdentity').remedy;
    expect(remedyOf('TimeoutError')).toContain('HTTPS_PROXY is set');
    expect(remedyOf('AccessDenied')).not.toContain('HTTPS_PROXY');
  });
});
