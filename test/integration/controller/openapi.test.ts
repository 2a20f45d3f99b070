/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument -- an OpenAPI document is JSON of any form */
import { expect, it } from 'vitest';
import { API_PARTS } from '../../../controller/openapi/parts.js';
import { startWorld } from './start-controller.js';

it('every resource that a controller serves is described', async () => {
  const world = await startWorld();
  try {
    expect(world.controller.resources.length).toBeGreaterThan(5);
    expect(world.controller.resources.filter((name) => !API_PARTS.some((part) => part.name === name))).toEqual([]);
    const { status, body } = await world.call('GET', '/openidm/openapi.json?system=memory');
    expect(status).toBe(200);
    expect(Object.keys(body.paths)).toContain('/system/memory/account/{id}');
  } finally {
    await world.stop();
  }
}, 240_000);
