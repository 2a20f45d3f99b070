import type { Fault } from './fault.js';
import type { TargetMood } from './target-proxy.js';

const answers = (what: string, mood: TargetMood): Fault => ({
  name: `target: ${what}`,
  strike: async (world) => {
    world.toTarget.feel(mood);
    return {
      heal: async () => {
        world.toTarget.feel('fair');
        if (mood === 'answers lost') world.toTarget.cut();
      },
    };
  },
});

export const TARGET_FAULTS: readonly Fault[] = [
  answers('answers busy', 'busy'),
  answers('answers unavailable', 'unavailable'),
  answers('its answers get lost', 'answers lost'),
  {
    name: 'target: connections cut',
    strike: async (world) => {
      world.toTarget.cut();
      return { heal: async () => undefined };
    },
  },
];
