/**
 * Output of real RACF systems, line by line as captured, each with its source. What the stand-in (test/targets/racf.ts) prints is
 * laid out after these.
 */

/** LISTUSER of a z/OS system: sample `extract_user_result_base_omvs_tso_revoke_resume.xml` of pyRACF, https://github.com/ambitus/pyracf (Apache-2.0). */
export const LISTUSER_OMVS_TSO = `USER=SQUIDWRD  NAME=SQUIDWARD              OWNER=LEONARD   CREATED=23.294
 DEFAULT-GROUP=SYS1     PASSDATE=00.000 PASS-INTERVAL=186 PHRASEDATE=N/A
 ATTRIBUTES=NONE
 REVOKE DATE=OCTOBER 22, 2023   RESUME DATE=NOVEMBER 2, 2023
 LAST-ACCESS=23.294/12:20:06
 CLASS AUTHORIZATIONS=NONE
 NO-INSTALLATION-DATA
 NO-MODEL-NAME
 LOGON ALLOWED   (DAYS)          (TIME)
 ---------------------------------------------
 ANYDAY                          ANYTIME
  GROUP=SYS1      AUTH=USE      CONNECT-OWNER=LEONARD   CONNECT-DATE=23.294
    CONNECTS=    00  UACC=NONE     LAST-CONNECT=UNKNOWN
    CONNECT ATTRIBUTES=NONE
    REVOKE DATE=NONE   RESUME DATE=NONE
SECURITY-LEVEL=NONE SPECIFIED
CATEGORY-AUTHORIZATION
 NONE SPECIFIED
SECURITY-LABEL=NONE SPECIFIED
 
OMVS INFORMATION
----------------
UID= 0000001919
HOME= /u/squidward
PROGRAM= /bin/sh
CPUTIMEMAX= 0000001500
ASSIZEMAX= 0010485760
FILEPROCMAX= 00000050
PROCUSERMAX= 00000128
THREADSMAX= 48
MMAPAREAMAX= 00000350
MEMLIMIT= 4G
SHMEMMAX= 2G
 
TSO INFORMATION
---------------
ACCTNUM= SB29
HOLDCLASS= A
MSGCLASS= B
PROC= PROC
SIZE= 00001024
MAXSIZE= 00002048
SYSOUTCLASS= O
UNIT= SYSDA
USERDATA= ABCD
COMMAND= ISPF`;

/** Sample of pyRACF, a protected user: `user_log_samples`, https://github.com/ambitus/pyracf. */
export const LISTUSER_PROTECTED = `USER=SQUIDWRD  NAME=UNKNOWN  OWNER=LEONARD   CREATED=23.193
 DEFAULT-GROUP=SYS1     PASSDATE=N/A    PASS-INTERVAL=N/A PHRASEDATE=N/A
 ATTRIBUTES=PROTECTED
 REVOKE DATE=NONE   RESUME DATE=NONE
 LAST-ACCESS=UNKNOWN
 CLASS AUTHORIZATIONS=NONE
 NO-INSTALLATION-DATA
 NO-MODEL-NAME
 LOGON ALLOWED   (DAYS)          (TIME)
 ---------------------------------------------
 ANYDAY                          ANYTIME
  GROUP=SYS1      AUTH=USE      CONNECT-OWNER=LEONARD   CONNECT-DATE=23.193
    CONNECTS=    00  UACC=NONE     LAST-CONNECT=UNKNOWN
    CONNECT ATTRIBUTES=NONE
    REVOKE DATE=NONE   RESUME DATE=NONE
SECURITY-LEVEL=NONE SPECIFIED
CATEGORY-AUTHORIZATION
 NONE SPECIFIED
SECURITY-LABEL=NONE SPECIFIED`;

/** LISTUSER of an IBM system, in a comment of Galasa's zosSecurity manager, https://github.com/galasa-dev (EPL-2.0): several groups, a segment that may not be seen. */
export const LISTUSER_HIDDEN_SEGMENT = `USER=JAT265  NAME=MICHAEL BAYLIS        OWNER=JAT2GRP   CREATED=12.178
 DEFAULT-GROUP=JAT2GRP  PASSDATE=21.322 PASS-INTERVAL= 90 PHRASEDATE=N/A
 ATTRIBUTES=NONE
 REVOKE DATE=NONE   RESUME DATE=NONE
 LAST-ACCESS=21.322/14:37:04
 CLASS AUTHORIZATIONS=NONE
 INSTALLATION-DATA=042974866
 NO-MODEL-NAME
 LOGON ALLOWED   (DAYS)          (TIME)
 ---------------------------------------------
 ANYDAY                          ANYTIME
  GROUP=JAT2GRP   AUTH=USE      CONNECT-OWNER=JAT2GRP   CONNECT-DATE=12.178
    CONNECTS= 5,905  UACC=NONE     LAST-CONNECT=21.322/11:43:35
    CONNECT ATTRIBUTES=NONE
    REVOKE DATE=NONE   RESUME DATE=NONE
  GROUP=TSOUSER   AUTH=USE      CONNECT-OWNER=DMRACF    CONNECT-DATE=12.178
    CONNECTS=    00  UACC=NONE     LAST-CONNECT=UNKNOWN
    CONNECT ATTRIBUTES=NONE
    REVOKE DATE=NONE   RESUME DATE=NONE
SECURITY-LEVEL=NONE SPECIFIED
CATEGORY-AUTHORIZATION
 NONE SPECIFIED
SECURITY-LABEL=NONE SPECIFIED
IRR52021I You are not authorized to view OMVS segments.
 
NO KERB INFORMATION`;

/** LISTGRP of a z/OS system: `extract_group_result_base_only_success.xml` of pyRACF. */
export const LISTGRP_USERS = `INFORMATION FOR GROUP TESTGRP0
    SUPERIOR GROUP=SYS1         OWNER=ESWIFT      CREATED=23.150
    NO INSTALLATION DATA
    NO MODEL DATA SET
    TERMUACC
    NO SUBGROUPS
    USER(S)=      ACCESS=      ACCESS COUNT=      UNIVERSAL ACCESS=
      ESWIFT        USE           000000               NONE
         CONNECT ATTRIBUTES=SPECIAL
         REVOKE DATE=NONE                 RESUME DATE=NONE
      LEONARD       USE           000000               NONE
         CONNECT ATTRIBUTES=OPERATIONS
         REVOKE DATE=NONE                 RESUME DATE=NONE`;

/** The same with a segment: `extract_group_result_base_omvs_success.xml` of pyRACF. */
export const LISTGRP_OMVS = `INFORMATION FOR GROUP TESTGRP0
    SUPERIOR GROUP=SYS1         OWNER=ESWIFT      CREATED=23.151
    NO INSTALLATION DATA
    NO MODEL DATA SET
    TERMUACC
    NO SUBGROUPS
    NO USERS
 
OMVS INFORMATION
----------------
GID= 0001234567`;

/** What SETROPTS' command audit trail adds to a listing: `extract_user_result_with_command_audit_trail.xml` of pyRACF, its end. */
export const AUDIT_TRAIL = `OMVS INFORMATION
----------------
UID= 0000002424
HOME= /u/squidwrd
PROGRAM= /bin/sh
CPUTIMEMAX= NONE
ASSIZEMAX= NONE
FILEPROCMAX= NONE
PROCUSERMAX= NONE
THREADSMAX= NONE
MMAPAREAMAX= NONE
Command Audit Trail for USER SQUIDWRD
 
Segment:  CICS    Added on 05.241/03:19 by C4RTEST
                  Changed on 05.241/03:20 by C4RTEST
          TSO     Changed on 05.241/03:19 by C4RTEST
Attrib:   PASSWRD Removed on 05.238/14:24 by C4RTEST
          INTERV  Changed on 05.241/04:42 by C4RTEST
          RESTR   Added on 05.238/14:24 by C4RTEST
Connect:          BCSC Added on 05.238/14:24 by IBMUSER
GrpAttr:  ADSP    BCSC Removed on 05.238/14:24 by IBMUSER`;

/**
 * The CICS segment with all 24 operator classes, padded to the width of the screen as it came from it: test data of the older RACF
 * connector of OpenICF (RacfConnectorTests, https://github.com/OpenIdentityPlatform/OpenICF).
 */
export const CICS_SEGMENT = [
  'CICS INFORMATION', '----------------',
  ' OPCLASS= 024       023       022       021       020       019       018', '          017       016       015       014       013       012       011',
  '          010       009       008       007       006       005       004', '          003       002       001',
  ' OPIDENT=', ' OPPRTY= 00255', ' TIMEOUT= 00:00 (HH:MM)', ' XRFSOFF= NOFORCE',
].map((line) => line.padEnd(80)).join('\n');

/**
 * IBM's sample of the NETVIEW segment (z/OS 1.9 General User's Guide, "Finding out what NetView information RACF has about you"), as
 * the NetView parser of OpenICF's older RACF connector quotes it.
 */
export const NETVIEW_SEGMENT = `NETVIEW INFORMATION
-------------------
IC= START
CONSNAME= DJONES1
CTL= GLOBAL
MSGRECVR= YES
OPCLASS= 1,2
DOMAINS= D1,D2
NGMFADMN= YES
NGMFVSPN= VNNN`;

/** The KERB segment's line of encryption types, of RLIST: `extract_resource_result_base_kerb_success.xml` of pyRACF. */
export const KERB_SEGMENT = `KERB INFORMATION
----------------
KEY ENCRYPTION TYPE= DES DES3 DESD AES128 AES256 AES128SHA2 AES256SHA2
CHECK ADDRESSES= NO`;

/** LISTGRP with subgroups and a DFP segment, padded as above: test data of OpenICF's older RACF connector too, some members left out. */
export const LISTGRP_SUBGROUPS = [
  ' INFORMATION FOR GROUP DFPADMN', '     SUPERIOR GROUP=SYSADMN      OWNER=SYSADMN   CREATED=06.123 ', '     NO INSTALLATION DATA', '     NO MODEL DATA SET', '     TERMUACC',
  '     SUBGROUP(S)= DFPGRP1, DFPGRP2', '     USER(S)=      ACCESS=      ACCESS COUNT=     UNIVERSAL ACCESS=',
  '       IBMUSER         JOIN          000000              ALTER', '          CONNECT   ATTRIBUTES=NONE', '          REVOKE DATE=NONE                 RESUME DATE=NONE',
  '       HOTROD          CONNECT       000004              READ', '          CONNECT    ATTRIBUTES=ADSP SPECIAL OPERATIONS', '          REVOKE DATE=NONE                  RESUME DATE=NONE',
  '  DFP INFORMATION', '     MGMTCLAS= DFP2MGMT', '     STORCLAS= DFP2STOR', '     DATACLAS= DFP2DATA', '     DATAAPPL= DFP2APPL',
].map((line) => line.padEnd(80)).join('\n');

export const linesOf = (output: string): string[] => output.split('\n');
