import { generate } from 'selfsigned'

/** A certificate with its private key, PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** A certificate authority. */
export interface Authority extends Certificate {
  /** Issues a certificate for a server of this machine, or for a client. */
  readonly issue: (name: string) => Promise<Certificate>
}

const ec = { keyType: 'ec', algorithm: 'sha256' } as const

/** Makes a certificate authority. */
export async function authority(name: string): Promise<Authority> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    ...ec,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const issue = async (subject: string) => {
    const issued = await generate([{ name: 'commonName', value: subject }], {
      ...ec,
      ca: { cert, key },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: subject },
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    })
    return { cert: issued.cert, key: issued.private }
  }
  return { cert, key, issue }
}
