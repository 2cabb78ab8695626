/** Default age above which a block is rejected. Spec: rollup-node-p2p.md#block-validation */
export const defaultMaxAgeSeconds = 60n
