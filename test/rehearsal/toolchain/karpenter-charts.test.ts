import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { copyKarpenterCharts } from '../../../lib/rehearsal/toolchain/karpenter-charts';
import { temporaryFolder } from '../fake-program';

/** A module whose charts say that they are of an older version, as upstream's do. */
function moduleWithOldCharts(folder: string): string {
  const module = join(folder, 'module');
  for (const chart of ['karpenter', 'karpenter-crd']) {
    mkdirSync(join(module, 'charts', chart, 'templates'), { recursive: true });
    writeFileSync(join(module, 'charts', chart, 'Chart.yaml'), `apiVersion: v2\nname: ${chart}\nversion: 1.13.0\nappVersion: 1.13.0\n`);
    writeFileSync(join(module, 'charts', chart, 'templates', 'a.yaml'), '{{- if .Values.a }}a{{ end }}');
  }
  writeFileSync(join(module, 'charts/karpenter/values.yaml'), [
    'controller:', '  image:', '    repository: public.ecr.aws/karpenter/controller', '    # -- Tag of the image.', '    tag: 1.13.0', '    digest: sha256:ea73', 'replicas: 2', '',
  ].join('\n'));
  return module;
}

describe('Karpenter\'s charts', () => {
  it('have the version of their module, not the one that upstream wrote into them', async () => {
    const folder = temporaryFolder();
    const charts = join(folder, 'charts');
    await copyKarpenterCharts(moduleWithOldCharts(folder), charts, '1.14.9');
    const read = (file: string): string => readFileSync(join(charts, file), 'utf8');
    for (const chart of ['karpenter', 'karpenter-crd']) {
      expect(parse(read(`${chart}/Chart.yaml`))).toEqual({ apiVersion: 'v2', name: chart, version: '1.14.9', appVersion: '1.14.9' });
      expect(read(`${chart}/templates/a.yaml`)).toBe('{{- if .Values.a }}a{{ end }}');
    }
    expect(parse(read('karpenter/values.yaml'))).toEqual({
      controller: { image: { repository: 'public.ecr.aws/karpenter/controller', tag: '1.14.9', digest: '' } }, replicas: 2,
    });
    expect(read('karpenter/values.yaml')).toContain('# -- Tag of the image.');
  });

  it('fails when upstream has moved a chart', async () => {
    const folder = temporaryFolder();
    await expect(copyKarpenterCharts(folder, join(folder, 'charts'), '1.14.9')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
