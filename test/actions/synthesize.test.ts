import { synthesize } from '../../lib/actions/synthesize';
import { InvalidConfig } from '../../lib/config/problems';

test.each(['replicas', 'bogus', 'stage'])('fails when %s is overridden, which is no key of ours, before the CDK starts', async (key) => {
  let isStarted = false;
  const synthesis = synthesize({ assemblyDirectory: '/nonexistent/assembly', context: { [key]: '5' }, onStart: () => { isStarted = true; } });
  await expect(synthesis).rejects.toThrow(InvalidConfig);
  expect(isStarted).toBe(false);
});
