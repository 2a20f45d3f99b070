const WORKSPACE = 'Google Workspace';
const EDUCATION = 'Google Workspace for Education';
const ARCHIVED = 'Google Workspace Archived User';

/** Products by id: their name and those of their SKUs (https://developers.google.com/workspace/admin/licensing/v1/how-tos/products). */
const PRODUCTS: Readonly<Record<string, { readonly name: string; readonly skus: Readonly<Record<string, string>> }>> = {
  'Google-Apps': {
    name: WORKSPACE,
    skus: {
      '1010020027': `${WORKSPACE} Business Starter`, '1010020028': `${WORKSPACE} Business Standard`, '1010020025': `${WORKSPACE} Business Plus`, '1010060003': `${WORKSPACE} Enterprise Essentials`,
      '1010020029': `${WORKSPACE} Enterprise Starter`, '1010020026': `${WORKSPACE} Enterprise Standard`, '1010020020': `${WORKSPACE} Enterprise Plus`, '1010060001': `${WORKSPACE} Essentials`,
      '1010060005': `${WORKSPACE} Enterprise Essentials Plus`, '1010020030': `${WORKSPACE} Frontline Starter`, '1010020031': `${WORKSPACE} Frontline Standard`, 'Google-Apps-Unlimited': 'G Suite Business',
      'Google-Apps-For-Business': 'G Suite Basic', 'Google-Apps-Lite': 'G Suite Lite', 'Google-Apps-For-Postini': 'Google Apps Message Security', 'Google-Apps-For-Education': `${EDUCATION} Fundamentals`,
    },
  },
  '101031': {
    name: EDUCATION,
    skus: {
      '1010310002': `${EDUCATION} Plus - Legacy`, '1010310003': `${EDUCATION} Plus - Legacy (Student)`, '1010310005': `${EDUCATION} Standard`, '1010310006': `${EDUCATION} Standard (Staff)`,
      '1010310007': `${EDUCATION} Standard (Extra Student)`, '1010310008': `${EDUCATION} Plus`, '1010310009': `${EDUCATION} Plus (Staff)`, '1010310010': `${EDUCATION} Plus (Extra Student)`,
    },
  },
  '101034': {
    name: ARCHIVED,
    skus: {
      '1010340001': `${WORKSPACE} Enterprise Plus - Archived User`, '1010340002': 'G Suite Business - Archived User', '1010340003': `${WORKSPACE} Business Plus - Archived User`,
      '1010340004': `${WORKSPACE} Enterprise Standard - Archived User`, '1010340005': `${WORKSPACE} Business Starter - Archived User`, '1010340006': `${WORKSPACE} Business Standard - Archived User`,
    },
  },
  '101037': { name: EDUCATION, skus: { '1010370001': `${EDUCATION}: Teaching and Learning Upgrade` } },
  '101033': { name: 'Google Voice', skus: { '1010330002': 'Google Voice Premier', '1010330003': 'Google Voice Starter', '1010330004': 'Google Voice Standard' } },
  '101001': { name: 'Cloud Identity', skus: { '1010010001': 'Cloud Identity' } },
  '101005': { name: 'Cloud Identity Premium', skus: { '1010050001': 'Cloud Identity Premium' } },
  '101038': { name: 'AppSheet', skus: { '1010380001': 'AppSheet Core', '1010380002': 'AppSheet Enterprise Standard', '1010380003': 'AppSheet Enterprise Plus' } },
  'Google-Vault': { name: 'Google Vault', skus: { 'Google-Vault': 'Google Vault', 'Google-Vault-Former-Employee': 'Google Vault - Former Employee' } },
};

export interface ProductLicence { readonly [name: string]: string; readonly productId: string; readonly productName: string; readonly skuId: string; readonly skuName: string }

/** `ProductId/SkuId`; undefined for any other text. What Google does not name is called by its id. */
export function licenceIn(entry: string): ProductLicence | undefined {
  const [productId = '', skuId = '', ...more] = entry.trim().split('/');
  if (productId === '' || skuId === '' || more.length > 0) return undefined;
  const product = PRODUCTS[productId];
  return { productId, productName: product?.name ?? productId, skuId, skuName: product?.skus[skuId] ?? skuId };
}

/** Each once. */
export function licencesIn(entries: readonly string[]): readonly ProductLicence[] {
  return [...new Set(entries.map((entry) => entry.trim()))].flatMap((entry) => licenceIn(entry) ?? []);
}
