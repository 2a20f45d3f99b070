import { mapChunks } from '../../../protocol/model/index.js';
import type { ResultChunks, SearchPlan } from './search-plan.js';

/** The connector's stream less what the rest of the filter refuses. Attributes are still all there. */
export function matching(plan: SearchPlan, results: ResultChunks): ResultChunks {
  return plan.split.residual === undefined ? results : mapChunks(results, (object) => plan.accepts(object) ? object : undefined);
}
