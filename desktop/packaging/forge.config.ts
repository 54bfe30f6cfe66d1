/**
 * How installers are made, with Electron Forge: deb, rpm and zip on Linux, dmg and zip on macOS, exe on Windows. What goes
 * into them was built before, by `build.ts`; here it is only packed. Names of makers are texts, so that nothing of Forge is
 * loaded where it is not installed.
 */
import { FUSES } from '../main/fuses.ts';

/** Opens with this program, on every system. */
const PROTOCOL = { name: 'GEO link', schemes: ['geo'] };
const MIME_TYPE = ['x-scheme-handler/geo'];

const linux = {
  options: {
    name: 'geo-desktop',
    bin: 'geo-desktop',
    productName: 'GEO',
    genericName: 'Mutual credit',
    categories: ['Office', 'Finance'],
    icon: '../icons/icon.png',
    mimeType: MIME_TYPE,
  },
};

/** What is packed: the description of the package, and what was built. */
export function isLeftOut(path: string): boolean {
  return path !== '' && path !== '/package.json' && path !== '/dist' && !path.startsWith('/dist/');
}

export default {
  packagerConfig: {
    name: 'GEO',
    executableName: 'geo-desktop',
    appBundleId: 'org.geo.desktop',
    appCategoryType: 'public.app-category.finance',
    icon: '../icons/icon',
    // Machine code cannot be loaded out of an archive.
    asar: { unpack: '**/*.node' },
    protocols: [PROTOCOL],
    ignore: isLeftOut,
    // It would take what was built for packages that nobody asked for.
    prune: false,
    // macOS asks the person for the camera with this sentence.
    extendInfo: { NSCameraUsageDescription: 'GEO reads contact cards and payment requests from QR codes.' },
  },
  // Both packages with machine code come built for every Electron (Node-API).
  rebuildConfig: { onlyModules: [] },
  makers: [
    { name: '@electron-forge/maker-deb', platforms: ['linux'], config: linux },
    { name: '@electron-forge/maker-rpm', platforms: ['linux'], config: linux },
    { name: '@electron-forge/maker-zip', platforms: ['linux', 'darwin'], config: {} },
    { name: '@electron-forge/maker-dmg', platforms: ['darwin'], config: { icon: '../icons/icon.icns' } },
    {
      name: '@electron-forge/maker-squirrel',
      platforms: ['win32'],
      config: { name: 'geo', setupIcon: '../icons/icon.ico' },
    },
  ],
  plugins: [{ name: '@electron-forge/plugin-fuses', config: FUSES }],
};
