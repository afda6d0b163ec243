/** The largest `integer` that fits 32 bits with a sign, which is what most charge points and tables have. */
export const INT32_MAX = 2_147_483_647;
