import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'token_issuer' })
export class TokenIssuerEntity {
  @PrimaryColumn('text')
  address!: string;

  @Column('timestamptz')
  issuedAt!: Date;
}
