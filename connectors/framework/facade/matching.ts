import type { Results } from '../spi.js';
import type { SearchPlan } from './search-plan.js';

/** The connector's stream less what the rest of the filter refuses. Attributes are still all there. */
export async function* matching(plan: SearchPlan, results: Results): Results {
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) return step.value;
      if (plan.accepts(step.value)) yield step.value;
    }
  } finally {
    await results.return(undefined);
  }
}
