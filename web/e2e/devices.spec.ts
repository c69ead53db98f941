// Administrators invite a gateway, which then registers itself; on a node of its own.
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { expect, expectAccessible, ownTest as test } from './portal';

test.use({ purpose: 'devices' });

/** What a gateway does with a code: it signs the node's challenge with a key of its own. */
async function enrol(url: string, code: string): Promise<string> {
  // The seed of RFC 8032, test 1, in its PKCS #8 frame.
  const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
  const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  const key = spki.subarray(-32).toString('hex');
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status, await answer.clone().text()).toBe(200);
    return (await answer.json()) as Record<string, string>;
  };
  const { challenge, network } = await post('/api/v1/devices/enrolment/challenge', { key });
  const lines = ['theriac device enrolment v1', network, key, challenge, code.replaceAll('-', '')];
  const signature = sign(null, Buffer.from(`${lines.join('\n')}\n`), secret).toString('hex');
  await post('/api/v1/devices/enrolment', { code, key, challenge, signature });
  return key;
}

test('an administrator invites a gateway, which registers itself @task', async ({
  page,
  portal,
  own,
  hand,
}) => {
  await portal.open('/devices', 'admin');
  const invitations = page.getByRole('region', { name: 'Invitations' });
  await expect(invitations.getByText('Nobody is invited.')).toBeVisible();
  const form = invitations.locator('form');
  await hand.type(form.getByLabel('Name, as its events call it'), 'dock-7');
  await hand.type(form.getByLabel('Organisation (GLN)'), '9506000100029');
  await hand.click(form.getByRole('button', { name: 'Invite' }));
  hand.within('invite a gateway', 3);
  const told = invitations.getByRole('status');
  await expect(told).toContainText('Code for dock-7');
  const code = (await told.locator('.code .mono').textContent())!;
  expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){4}$/);
  await expect(told).toContainText(`--code ${code}`);
  await expectAccessible(page);
  const row = invitations.getByRole('row').filter({ hasText: 'dock-7' });
  await expect(row).toContainText('Open');

  const key = await enrol(own.url, code);
  await page.reload();
  await expect(row).toContainText('Used');
  await expect(row).toContainText(key.slice(0, 12));
  await expect(page.getByText(code)).toHaveCount(0);
  await expect(row.getByRole('button')).toHaveCount(0);
  const device = page.getByRole('region', { name: 'All devices' }).getByRole('row');
  await expect(device.filter({ hasText: 'dock-7' })).toContainText('Gateway');
});

test('an invitation is taken back, and its code opens nothing', async ({ page, portal, own }) => {
  await portal.open('/devices', 'admin');
  const invitations = page.getByRole('region', { name: 'Invitations' });
  const form = invitations.locator('form');
  await form.getByLabel('Name, as its events call it').fill('dock-8');
  await form.getByLabel('Organisation (GLN)').fill('9506000100029');
  await form.getByLabel('Code is good for').selectOption('1 hour');
  await form.getByRole('button', { name: 'Invite' }).click();
  const code = (await invitations.locator('.code .mono').textContent())!;
  await invitations.getByRole('button', { name: /hide it/ }).click();
  await expect(page.getByText(code)).toHaveCount(0);
  const name = 'Take back the invitation of dock-8';
  await invitations.getByRole('button', { name, exact: true }).click();
  await invitations
    .getByRole('button', { name: `${name} now; its code opens nothing any more` })
    .click();
  const row = invitations.getByRole('row').filter({ hasText: 'dock-8' });
  await expect(row).toContainText('Taken back');
  await invitations.getByLabel('Open only').check();
  await expect(row).toHaveCount(0);
  const body = JSON.stringify({
    code,
    key: '0'.repeat(64),
    challenge: 'x',
    signature: '0'.repeat(128),
  });
  const refused = await fetch(`${own.url}/api/v1/devices/enrolment`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(refused.status).toBeGreaterThanOrEqual(400);
});

test('who is no administrator sees no invitations', async ({ page, portal }) => {
  await portal.open('/devices', 'wholesaler');
  await expect(page.getByRole('region', { name: 'All devices' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Invitations' })).toHaveCount(0);
});
